/** The words of the page until the event is there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explained, isAnyGone } from '../../listener_web/attendee/event-info.js';
import { ApiError } from '../../listener_web/shared/api.js';

const refused = (status, error) => new ApiError(status, error, '', '');
const MISSING = refused(404, 'unknown_event');

for (const [error, missing, expected] of [
  [MISSING, 1, ['missing', 'waiting', 'notOpen', '']],
  [MISSING, 2, ['missing', 'waiting', 'notOpen', '']],
  [MISSING, 3, ['wrong', 'noEvent', 'noEvent', 'wrongLink']],
  [MISSING, 9, ['wrong', 'noEvent', 'noEvent', 'wrongLink']],
  [refused(429, 'too_many_joins'), 0, ['full', 'queued', 'queued', 'queuedLonger']],
  [refused(401, 'passcode_needed'), 0, ['passcode', 'passcode', 'passcodeTitle', 'passcodeNext']],
  [refused(0, 'unreachable'), 5, ['lost', 'reconnecting', 'reconnecting', 'connectionLost']],
  [new TypeError('odd'), 0, ['lost', 'reconnecting', 'reconnecting', 'connectionLost']],
]) {
  test(`${error.error ?? error}, ${missing} times missing: ${expected}`, () => {
    const { kind, status, title, next } = explained(error, missing);
    assert.deepEqual([kind, status, title, next], expected);
  });
}

test('only a channel that is gone makes the page load again', () => {
  const [floor, es, fr] = ['floor', 'es', 'fr'].map((id) => ({ id }));
  assert.ok(!isAnyGone([floor, es], [floor, fr, es]));
  assert.ok(isAnyGone([floor, es], [floor, fr]));
});
