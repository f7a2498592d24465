/** Caption outputs in words: every state and reason that the server can tell. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { OUTPUT_KINDS, OUTPUT_LOOKS, reasonWords } from '../../listener_web/desk/outputs/output-words.js';

const OPENAPI = await readFile(new URL('../../broadcaster/desk/openapi.yaml', import.meta.url), 'utf8');

/** The values of an `enum: […]` that follows a line of the API's description. */
function values(heading) {
  const from = OPENAPI.indexOf(`${heading}:\n`);
  const list = OPENAPI.slice(from).match(/enum: \[([^\]]+)\]/);
  return list[1].split(',').map((value) => value.trim().replaceAll('"', '')).filter(Boolean);
}

test('every kind has a name, and says where its address is found', () => {
  assert.deepEqual(Object.keys(OUTPUT_KINDS).sort(), values('    CaptionOutputKind').sort());
});

test('every state has a colour', () => {
  const states = ['waiting', 'sending', 'retrying', 'stopped'];
  assert.deepEqual(Object.keys(OUTPUT_LOOKS), states);
});

test('every reason has words', async () => {
  globalThis.document = { documentElement: { lang: 'en' } };
  for (const reason of values('    CaptionOutputReason')) {
    const key = `output${reason.replace(/(?:^|_)(\w)/g, (_, letter) => letter.toUpperCase())}`;
    const english = JSON.parse(
      await readFile(new URL('../../listener_web/i18n/organizer/en.json', import.meta.url), 'utf8'),
    );
    assert.ok(key in english, key);
  }
  assert.equal(reasonWords({ reason: 'of_a_later_version', values: {} }), 'of a later version');
});
