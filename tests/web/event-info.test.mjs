/** The page's words until the event is there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explained } from '../../listener_web/attendee/event-info.js';

for (const [full, missing, expected] of [
  [false, 1, ['waiting', 'notOpen']],
  [false, 2, ['waiting', 'notOpen']],
  [false, 3, ['noEvent', 'wrongLink']],
  [false, 9, ['noEvent', 'wrongLink']],
  [true, 0, ['queued', 'queuedLonger']],
  [false, 0, ['reconnecting', 'connectionLost']],
]) {
  test(`${full ? 'full' : 'not full'}, ${missing} times missing: ${expected}`, () => {
    assert.deepEqual(explained({ full, missing }), expected);
  });
}
