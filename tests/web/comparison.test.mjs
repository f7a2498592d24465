/** Two services on the desk: their measures, their order, and the answer that comes line by line. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { linesOf } from '../../listener_web/desk/comparison/lines.js';
import { rowsOf } from '../../listener_web/desk/comparison/measures-table.js';
import { orderOf, ownOrder, withFirst, withOrder } from '../../listener_web/desk/comparison/order.js';
import { useWords } from '../../listener_web/i18n/say.js';

const english = new URL('../../listener_web/i18n/organizer/en.json', import.meta.url);
useWords(JSON.parse(readFileSync(english, 'utf8')), 'en');

const names = { name: 'Español', english_name: 'Spanish' };
const spanish = { tag: 'es', ...names, interpreter: 'auto', providers: [] };
const event = { languages: [spanish, { tag: 'fr', providers: ['qwen'] }], failover: { providers: ['local'] } };

test('values come as soon as their line is there', async () => {
  const parts = ['{"a": "¿', '?"}\n   ', ' \n  {"b"', ': 2}\n'];
  const bytes = new TextEncoder().encode(parts.join(''));
  const stream = new ReadableStream({
    start(controller) {
      // In the middle of a letter, too.
      for (let at = 0; at < bytes.length; at += 8) controller.enqueue(bytes.slice(at, at + 8));
      controller.close();
    },
  });
  const found = [];
  for await (const value of linesOf(new Response(stream))) found.push(value);
  assert.deepEqual(found, [{ a: '¿?' }, { b: 2 }]);
});

test('the order of a language is its own, or that of the event, and then all others', () => {
  const known = ['openai', 'local', 'qwen'];
  assert.deepEqual(orderOf(event, 'es', known), ['local', 'openai', 'qwen']);
  assert.deepEqual(orderOf(event, 'fr', known), ['qwen', 'openai', 'local']);
  assert.deepEqual(ownOrder(event, 'es'), []);
  assert.deepEqual(withFirst(['local', 'openai'], 'openai'), ['openai', 'local']);
  const { languages } = withOrder(event, 'es', ['openai', 'local']);
  const [changed, other] = languages;
  assert.deepEqual(changed, { tag: 'es', interpreter: 'auto', providers: ['openai', 'local'] });
  assert.deepEqual(other, { tag: 'fr', providers: ['qwen'] });
});

test('measures are written as people read them, and those of neither service are left out', () => {
  const rows = rowsOf([
    { id: 'span_p95_s', a: 2.34, b: 3, better: 'a' },
    { id: 'bleu', a: null, b: null, better: '' },
    { id: 'names_percent', a: 100, b: null, better: '' },
    { id: 'usd_per_hour', a: 2.04, b: 0, better: 'b' },
    { id: 'of_a_newer_server', a: 1, b: 2, better: 'a' },
  ]);
  assert.deepEqual(
    rows.map(({ id, values, better }) => [id, ...values, better]),
    [
      ['span_p95_s', '2.3 s', '3.0 s', 'a'],
      ['names_percent', '100.0\u00a0%', '–', ''],
      ['usd_per_hour', '$2.04', '$0.00', 'b'],
    ],
  );
  assert.match(rows[0].name, /95/);
});
