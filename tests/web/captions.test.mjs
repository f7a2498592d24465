/** The part of a caption that is shown, and the part that is new. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  completeParts,
  gainedText,
  introduced,
  shownText,
  spaceBetween,
} from '../../listener_web/captions/caption-text.js';

for (const [channel, text, shown] of [
  ['ja', '皆さん、\nおはよう', '皆さん、おはよう'],
  ['zh-Hant-TW', '大家\n早安\n。', '大家早安。'],
  ['th', 'สวัสดี\nครับ', 'สวัสดีครับ'],
  ['es', 'Buenos días\na todos', 'Buenos días\na todos'],
  ['ko', '안녕하십니까\n여러분', '안녕하십니까\n여러분'],
  ['ar', 'صباح\nالخير', 'صباح\nالخير'],
  ['floor', 'two\nlines', 'two\nlines'],
]) {
  test(`line breaks of ${channel}`, () => assert.equal(shownText(text, channel), shown));
}

test('a caption that grows gains its new words only', () => {
  assert.equal(gainedText('', 'El agua'), 'El agua');
  assert.equal(gainedText('El agua', 'El agua no conoce'), ' no conoce');
  assert.equal(gainedText('El agua', 'El agua'), '');
});

test('a caption that was corrected is written as a whole', () => {
  assert.equal(gainedText('El agua', 'La agua'), null);
  assert.equal(gainedText('El agua no', 'El agua'), null);
  assert.equal(gainedText('El agua', ''), null);
});

for (const [text, parts] of [
  ['El agua.', ['El agua.']],
  ['valle. […] Recibamos', ['valle.', 'Recibamos']],
  ['valle. […]', ['valle.', '']],
  ['[…]\nRecibamos', ['', 'Recibamos']],
  ['uno […] […] dos', ['uno', 'dos']],
  ['水[…]谷', ['水', '谷']],
  ['una lista [1] … y más', ['una lista [1] … y más']],
  ['El […', ['El […']],
]) {
  test(`complete parts of “${text}”`, () => assert.deepEqual(completeParts(text), parts));
}

for (const [channel, space] of [
  ['es', ' '],
  ['ko', ' '],
  ['th', ' '],
  ['floor', ' '],
  ['ja', ''],
  ['zh-Hant-TW', ''],
]) {
  test(`captions of ${channel} are joined by “${space}”`, () => assert.equal(spaceBetween(channel), space));
}

test('a screen reader hears a name where another person begins to speak', () => {
  assert.equal(introduced('Chair', '', 'Hola.'), 'Chair: Hola.');
  assert.equal(introduced('Chair', 'Chair', 'Hola.'), 'Hola.');
  assert.equal(introduced('', 'Chair', 'Hola.'), 'Hola.');
});
