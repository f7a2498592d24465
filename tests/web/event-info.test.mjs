/** The page's words until the event is there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explained } from '../../listener_web/attendee/event-info.js';

for (const [answer, missing, expected] of [
  [404, 1, ['waiting', 'notOpen']],
  [404, 2, ['waiting', 'notOpen']],
  [404, 3, ['noEvent', 'wrongLink']],
  [404, 9, ['noEvent', 'wrongLink']],
  [503, 0, ['queued', 'queuedLonger']],
  [0, 0, ['reconnecting', 'connectionLost']],
  [502, 5, ['reconnecting', 'connectionLost']],
]) {
  test(`${answer}, ${missing} times missing: ${expected}`, () => {
    assert.deepEqual(explained(answer, missing), expected);
  });
}
