/** The time that an attempt to connect gets, by what is known of the network. */
import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';

import { Patience } from '../../listener_web/player/patience.js';

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['Date'] });
});

/** A connection that was opened after so long, and brought something. */
function worked(openedAfterMs) {
  const patience = new Patience();
  patience.begin();
  mock.timers.tick(openedAfterMs);
  patience.opened();
  patience.heard();
  return patience;
}

test('a network that nothing is known of gets ten seconds each time', () => {
  const patience = new Patience();
  assert.deepEqual([patience.begin(), patience.begin()], [10_000, 10_000]);
});

test('one that has worked gets two seconds, then three each time, until it works again', () => {
  const patience = worked(100);
  assert.deepEqual([patience.begin(), patience.begin(), patience.begin()], [2_000, 3_000, 3_000]);
  patience.opened();
  patience.heard();
  assert.equal(patience.begin(), 2_000);
});

test('a slow one gets twice as long as before, but no more than ten seconds', () => {
  assert.equal(worked(1_800).begin(), 3_600);
  assert.equal(worked(7_000).begin(), 10_000);
});

test('a connection that has just brought something, and an attempt that has just begun, are left alone', () => {
  const patience = worked(100);
  mock.timers.tick(999);
  assert.ok(patience.isFresh);
  mock.timers.tick(1);
  assert.ok(!patience.isFresh);
  patience.begin();
  assert.ok(patience.isFresh);
  mock.timers.tick(400);
  assert.equal(patience.triedMs, 400);
});
