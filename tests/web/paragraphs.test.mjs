/** Captions are joined to sentences and paragraphs, which begin at pauses. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  LONG_CHARACTERS,
  LONG_PAUSE_MS,
  PAUSE_MS,
  TimeMarks,
  beginsParagraph,
  endsSentence,
} from '../../listener_web/captions/paragraphs.js';

for (const [text, ends] of [
  ['un proyecto puede cambiar un', false],
  ['valle.', true],
  ['¿Qué tal?', true],
  ['«¡Hola!»', true],
  ['dijo: “Vamos.” ', true],
  ['uno, dos,', false],
  ['皆さん、おはよう。', true],
  ['大家早安！」', true],
  ['صباح الخير؟', true],
  ['नमस्ते।', true],
  ['El agua […]', true],
]) {
  test(`“${text}” ${ends ? 'ends' : 'does not end'} a sentence`, () => {
    assert.equal(endsSentence(text), ends);
  });
}

const after = (text, pauseMs, { length = 60, channel = 'es' } = {}) =>
  beginsParagraph({ start_ms: 10_000 + pauseMs }, { text, end_ms: 10_000 }, 'x'.repeat(length), channel);

for (const [begins, text, pauseMs, more] of [
  [false, 'puede cambiar un', 0],
  [false, 'puede cambiar un', LONG_PAUSE_MS - 1],
  [true, 'puede cambiar un', LONG_PAUSE_MS],
  [false, 'valle.', PAUSE_MS - 1],
  [true, 'valle.', PAUSE_MS],
  [true, 'valle.', 0, { length: LONG_CHARACTERS }],
  [false, 'puede cambiar un', 0, { length: LONG_CHARACTERS }],
  [true, 'puede cambiar un', 0, { length: 2 * LONG_CHARACTERS }],
  [true, '谷。', 0, { length: LONG_CHARACTERS / 2, channel: 'ja' }],
  [false, '谷。', 0, { channel: 'ja' }],
  [false, 'valle.', -500],
]) {
  test(`${begins ? 'a new' : 'the same'} paragraph ${pauseMs} ms after “${text}” ${JSON.stringify(more ?? {})}`, () => {
    assert.equal(after(text, pauseMs, more), begins);
  });
}

test('the first caption begins a paragraph', () => {
  assert.equal(beginsParagraph({ start_ms: 0 }, null, '', 'es'), true);
});

const MINUTE = 60_000;
const TWO_O_CLOCK = Date.UTC(2026, 10, 27, 14);

test('the first paragraph of every five minutes shows its time', () => {
  const times = new TimeMarks();
  assert.equal(times.between(0, 10 * MINUTE), null, 'the time of day is not known yet');
  times.learn(TWO_O_CLOCK + 3_000, 1_000);
  times.learn(TWO_O_CLOCK + 61_000, MINUTE);
  const minutes = [0, 2, 4, 6, 8, 14, 14.5];
  const shown = minutes.slice(1).map((minute, i) =>
    times.between(minutes[i] * MINUTE, minute * MINUTE)?.toISOString().slice(11, 16),
  );
  assert.deepEqual(shown, [undefined, undefined, '14:06', undefined, '14:14', undefined]);
});

for (const [begins, before, speaker] of [
  [false, undefined, undefined],
  [false, 'Chair', 'Chair'],
  [true, 'Chair', 'Panel 2'],
  [true, 'Chair', undefined],
  [true, undefined, 'Chair'],
]) {
  test(`${speaker ?? 'nobody'} after ${before ?? 'nobody'} ${begins ? 'begins' : 'goes on'}`, () => {
    const last = { text: 'puede cambiar un', end_ms: 1_000, speaker: before };
    assert.equal(beginsParagraph({ start_ms: 1_000, speaker }, last, 'puede cambiar un', 'es'), begins);
  });
}
