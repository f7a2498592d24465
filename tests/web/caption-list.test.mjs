/** The captions that a page has: numbered, each once, and not more than the server keeps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CaptionList, MOST_CAPTIONS } from '../../listener_web/captions/caption-list.js';

const caption = (number, text = `Frase ${number}`) => ({ id: `es-${number}`, text });
const texts = (list) =>
  Array.from({ length: list.length }, (_, i) => list.at(list.first + i).text);

test('what is fetched of the past comes before, and nothing changes its number', () => {
  const list = new CaptionList();
  assert.deepEqual([list.put(caption(5)), list.put(caption(6))], [0, 1]);
  list.prepend([caption(3), caption(4)]);
  list.prepend([caption(1), caption(2)]);
  assert.deepEqual(texts(list), [1, 2, 3, 4, 5, 6].map((number) => `Frase ${number}`));
  assert.equal(list.at(0).id, 'es-5');
  assert.equal(list.put(caption(7)), 2);
});

test('a later version takes the place of the earlier one', () => {
  const list = new CaptionList();
  list.put(caption(1, 'El'));
  assert.equal(list.put(caption(1, 'El agua')), 0);
  assert.deepEqual(texts(list), ['El agua']);
  list.prepend([caption(0), caption(1, 'El')]);
  assert.deepEqual(texts(list), ['Frase 0', 'El agua']);
});

test('the oldest are forgotten, and then no more of the past is taken', () => {
  const list = new CaptionList();
  for (let number = 0; number < MOST_CAPTIONS + 3; number++) list.put(caption(number));
  assert.equal(list.length, MOST_CAPTIONS);
  assert.equal(list.at(list.first).id, 'es-3');
  assert.ok(list.full);
  list.prepend([caption(2)]);
  assert.equal(list.at(list.first).id, 'es-3');
});
