/** New words: as they come, or line by line and never late. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import {
  LATEST_MS,
  LONGEST_MS,
  MOST_WAITING,
  Pace,
  SHORTEST_MS,
  UNFINISHED_MS,
} from '../../listener_web/reading/pace.js';

let now;
let timers;
let shown;
let pace;

/** Let time pass, and timers act when they are due. */
function pass(ms) {
  const end = now + ms;
  for (;;) {
    timers.sort((a, b) => a.dueMs - b.dueMs);
    if (timers.length === 0 || timers[0].dueMs > end) break;
    const timer = timers.shift();
    now = Math.max(now, timer.dueMs);
    timer.act();
  }
  now = end;
}

const caption = (id, text, final = false) => ({
  id,
  channel: 'es',
  start_ms: 0,
  end_ms: 1,
  text,
  final,
});

beforeEach(() => {
  [now, timers, shown] = [0, [], []];
  pace = new Pace(({ id, text, final }, ...rest) => shown.push([id, text, final, ...rest]), {
    now: () => now,
    after: (act, ms) => {
      const timer = { act, dueMs: now + ms };
      timers.push(timer);
      return timer;
    },
    cancel: (timer) => (timers = timers.filter((one) => one !== timer)),
  });
  pace.byLine = true;
});

test('as they come, words go through at once with all that belongs to them', () => {
  pace.byLine = false;
  pace.take(caption('a', 'El'), 7, '1-0');
  pace.take(caption('a', 'El agua.', true), 8, '1-1');
  assert.deepEqual(shown, [
    ['a', 'El', false, 7, '1-0'],
    ['a', 'El agua.', true, 8, '1-1'],
  ]);
});

test('a line is shown when it is whole', () => {
  for (const text of ['El', 'El agua', 'El agua no conoce\n', 'El agua no conoce\nfronteras']) {
    pace.take(caption('a', text));
    pass(100);
  }
  assert.deepEqual(shown, [['a', 'El agua no conoce\n', false]]);
  pace.take(caption('a', 'El agua no conoce\nfronteras.'));
  pass(LONGEST_MS + 1);
  assert.deepEqual(shown.at(-1), ['a', 'El agua no conoce\nfronteras.', false]);
});

test('the end of a caption is told even when nothing is new', () => {
  pace.take(caption('a', 'El agua.'));
  pace.take(caption('a', 'El agua.', true));
  pass(LONGEST_MS + 1);
  assert.deepEqual(shown, [
    ['a', 'El agua.', false],
    ['a', 'El agua.', true],
  ]);
});

test('the next line comes when the one before could be read', () => {
  pace.take(caption('a', 'Una.', true));
  pace.take(caption('b', 'Otra.', true));
  assert.equal(shown.length, 1);
  pass(SHORTEST_MS - 1);
  assert.equal(shown.length, 1);
  pass(3);
  assert.equal(shown.length, 2);
  pace.take(caption('c', 'x'.repeat(200), true));
  pass(SHORTEST_MS + 2);
  pace.take(caption('d', 'Otra.', true));
  pass(LONGEST_MS - 10);
  assert.equal(shown.length, 3);
  pass(20);
  assert.equal(shown.length, 4);
});

test('words that make no line are not kept back for long', () => {
  pace.take(caption('a', 'Y entonces'));
  pass(UNFINISHED_MS - 1);
  pace.take(caption('a', 'Y entonces nadie'));
  assert.deepEqual(shown, []);
  pass(3);
  assert.deepEqual(shown, [['a', 'Y entonces nadie', false]]);
  pace.take(caption('a', 'Y entonces nadie vino.', true));
  pass(LONGEST_MS + 1);
  assert.deepEqual(shown.at(-1), ['a', 'Y entonces nadie vino.', true]);
});

test('another caption ends the waiting of an unfinished one, in order', () => {
  pace.take(caption('a', 'Y entonces'));
  pace.take(caption('b', 'Vino.', true));
  pass(2 * LONGEST_MS);
  assert.deepEqual(
    shown.map(([, text]) => text),
    ['Y entonces', 'Vino.'],
  );
});

test('nothing waits longer than the latest time, however fast the speaker is', () => {
  const takenMs = {};
  for (let i = 0; i < 40; i++) {
    takenMs[i] = now;
    const before = shown.length;
    pace.take(caption(String(i), 'x'.repeat(80), true));
    pass(1_000);
    for (const [id] of shown.slice(before)) assert.ok(now - takenMs[id] <= LATEST_MS + 1_002);
  }
  pass(LATEST_MS + 2);
  assert.deepEqual(
    shown.map(([id]) => Number(id)),
    [...Array(40).keys()],
  );
});

test('many lines at once are shown at once', () => {
  for (let i = 0; i < 300; i++) pace.take(caption(String(i), 'Frase.', true));
  assert.ok(shown.length >= 300 - MOST_WAITING - 1);
  pass(MOST_WAITING * LATEST_MS);
  assert.equal(shown.length, 300);
});

test('a text is never taken back', () => {
  const talk = 'Hoy hablamos del agua,\nque no conoce fronteras. Es de\ntodos y de nadie.';
  const seen = {};
  for (let end = 1; end <= talk.length; end += 3) {
    pace.take(caption('a', talk.slice(0, end)));
    pass(137);
  }
  pace.take(caption('a', talk, true));
  pass(10_000);
  for (const [id, text] of shown) {
    assert.ok(text.startsWith(seen[id] ?? ''));
    seen[id] = text;
  }
  assert.equal(seen.a, talk);
});

test('the reader may change in the middle of a caption', () => {
  pace.byLine = false;
  pace.take(caption('a', 'Una línea\ny media'));
  pace.byLine = true;
  pace.take(caption('a', 'Una línea\ny media más'));
  pass(UNFINISHED_MS + 2);
  assert.deepEqual(
    shown.map(([, text]) => text),
    ['Una línea\ny media', 'Una línea\ny media más'],
  );
  pace.take(caption('a', 'Una línea\ny media más.', true));
  pace.byLine = false;
  pace.flush();
  assert.deepEqual(shown.at(-1), ['a', 'Una línea\ny media más.', true]);
});

test('another channel forgets what waits', () => {
  pace.take(caption('a', 'Una.', true));
  pace.take(caption('b', 'Otra.', true));
  pace.clear();
  pass(10_000);
  assert.equal(shown.length, 1);
});
