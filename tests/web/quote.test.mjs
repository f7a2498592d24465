/** A quote: the whole sentence, with its source. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joined, quoted, sentenceAround } from '../../listener_web/reading/quote.js';

const TEXTS = ['Buenos días.', 'El agua no conoce', 'fronteras, y por eso', 'es de todos.', 'Gracias'];

for (const [index, from, to] of [
  [0, 0, 1],
  [1, 1, 4],
  [2, 1, 4],
  [3, 1, 4],
  [4, 4, 5],
]) {
  test(`the sentence of caption ${index}`, () =>
    assert.deepEqual(sentenceAround(TEXTS, index), [from, to]));
}

test('a talk without full stops is not quoted as a whole', () => {
  const [from, to] = sentenceAround(Array(500).fill('y luego'), 250);
  assert.ok(to - from < 30);
  assert.ok(from <= 250 && to > 250);
});

test('captions are joined as their language is written', () => {
  assert.equal(joined(['El agua\nno conoce ', 'fronteras.'], 'es'), 'El agua no conoce fronteras.');
  assert.equal(joined(['水は', '国境を知らない。'], 'ja'), '水は国境を知らない。');
});

test('a quote names its source, with the time if that is known', () => {
  const quote = { text: 'Es de todos.', title: 'Water for everyone', time: '14:05' };
  assert.equal(quoted(quote), '“Es de todos.”\n— Water for everyone, 14:05');
  assert.equal(quoted({ ...quote, time: null }), '“Es de todos.”\n— Water for everyone');
});
