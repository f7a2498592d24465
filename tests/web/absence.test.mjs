/** A speaker who has left, and a server that does not know of the speaker yet. */
import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { ABSENT_FOR_MS, AbsenceFilter } from '../../listener_web/captions/absence.js';

let passed, filter;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
  passed = [];
  filter = new AbsenceFilter(({ state, floor }) => passed.push(`${state} ${floor}`));
});

const hear = (floor, state = 'live') => filter.hear({ state, floor, channel: 'idle' });

test('a first report that is corrected in a moment is not passed on', () => {
  hear('absent');
  mock.timers.tick(ABSENT_FOR_MS - 1);
  hear('speaking');
  mock.timers.tick(60_000);
  assert.deepEqual(passed, ['live speaking']);
});

test('a speaker who is absent is reported after a moment, and then as often as the server says so', () => {
  hear('absent');
  mock.timers.tick(ABSENT_FOR_MS);
  hear('absent');
  assert.deepEqual(passed, ['live absent', 'live absent']);
  hear('speaking');
  hear('absent');
  assert.deepEqual(passed.slice(2), ['live speaking']);
  mock.timers.tick(ABSENT_FOR_MS);
  assert.deepEqual(passed.slice(3), ['live absent']);
});

test('reports that come more often than that do not prolong the wait', () => {
  for (let poll = 0; poll < 4; poll++) {
    hear('absent');
    mock.timers.tick(ABSENT_FOR_MS / 3);
  }
  assert.deepEqual(passed, ['live absent', 'live absent']);
});

test('another state of the event is passed on at once, and ends the wait', () => {
  hear('absent', 'open');
  hear('absent');
  hear('absent', 'closed');
  mock.timers.tick(60_000);
  assert.deepEqual(passed, ['open absent', 'closed absent']);
});
