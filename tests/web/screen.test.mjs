/** The screen stays on for readers, and an attendee is asked once to put the phone away. */
import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { ListeningTime } from '../../listener_web/device/screen-off.js';
import { needsScreen } from '../../listener_web/device/screen-on.js';

const READER = {
  allowed: true,
  status: 'live',
  soundWanted: false,
  playsLocked: false,
  stopped: false,
};

const CASES = [
  // needed or not, the person, the situation
  [true, 'a reader', {}],
  [false, 'a reader who does not want it', { allowed: false }],
  [false, 'a reader before it begins', { status: 'waiting' }],
  [false, 'a reader of a pause', { status: 'paused' }],
  [false, 'a reader without a connection', { status: 'reconnecting' }],
  [false, 'a reader after the end', { status: 'ended' }],
  [true, 'a listener whose sound would stop behind a lock', { soundWanted: true }],
  [true, 'one who waits for the speaker', { soundWanted: true, status: 'waiting' }],
  [false, 'a listener with the phone in the pocket', { soundWanted: true, playsLocked: true }],
  [false, 'one who has stopped the sound', { stopped: true }],
  [false, 'one who does not want it', { soundWanted: true, allowed: false }],
];

for (const [needed, who, given] of CASES) {
  test(`${who} ${needed ? 'needs' : 'does not need'} the screen`, () => {
    assert.equal(needsScreen({ ...READER, ...given }), needed);
  });
}

let now, reached, time;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
  now = 0;
  mock.method(performance, 'now', () => now);
  reached = 0;
  time = new ListeningTime(30_000, () => reached++);
});

function pass(ms) {
  now += ms;
  mock.timers.tick(ms);
}

test('the time of listening is reached once', () => {
  time.update(true);
  pass(29_999);
  assert.equal(reached, 0);
  pass(1);
  assert.equal(reached, 1);
  time.update(false);
  time.update(true);
  pass(1_000_000);
  assert.equal(reached, 1);
});

test('pauses do not count, and what was heard before them does', () => {
  time.update(true);
  pass(20_000);
  time.update(true);
  time.update(false);
  pass(60_000);
  time.update(true);
  pass(9_000);
  time.update(false);
  pass(60_000);
  assert.equal(reached, 0);
  time.update(true);
  pass(1_000);
  assert.equal(reached, 1);
});
