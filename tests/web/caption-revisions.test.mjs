/** Captions that a reviewer has corrected or hidden: in their place, once, and never paced. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CaptionList } from '../../listener_web/captions/caption-list.js';
import { Pace } from '../../listener_web/reading/pace.js';

const said = (number, text = `Frase ${number}.`) => ({
  id: `es-${number}`,
  channel: 'es',
  start_ms: number * 1_000,
  end_ms: number * 1_000 + 900,
  text,
  final: true,
});
const revised = (number, revision, text) => ({ ...said(number, text), revision, corrected: true });

test('a revision is new once, and what was said does not come back', () => {
  const list = new CaptionList();
  list.put(said(5));
  assert.equal(list.knows(revised(5, 1, 'A')), false);
  assert.equal(list.put(revised(5, 1, 'A')), 0);
  assert.ok(list.knows(revised(5, 1, 'A')));
  assert.ok(list.knows(said(5)));
  assert.equal(list.knows(revised(5, 2, 'B')), false);
});

test('a growing caption is always new', () => {
  const list = new CaptionList();
  list.put(said(5));
  assert.equal(list.knows(said(5)), false);
});

test('a revision of the past waits for the past', () => {
  const list = new CaptionList();
  list.put(said(5));
  assert.ok(list.knows(revised(4, 1, 'A')));
  assert.equal(list.knows(revised(6, 1, 'A')), false);
  assert.equal(new CaptionList().knows(revised(4, 1, 'A')), false);
});

test('a reader by whole lines gets a revision at once, after what it waited for', () => {
  const given = [];
  const time = { now: () => 0, after: () => 0, cancel: () => undefined };
  const pace = new Pace(({ id, text }) => given.push(`${id} ${text}`), time);
  pace.byLine = true;
  for (const number of [1, 2, 3]) pace.take(said(number));
  pace.take(revised(1, 1, 'Corregida.'));
  assert.equal(given.at(-1), 'es-1 Corregida.');
  assert.deepEqual(given.slice(0, 3), [1, 2, 3].map((number) => `es-${number} Frase ${number}.`));
});
