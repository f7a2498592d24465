/** The screen is kept on while that is wanted, and only while the page is in sight. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

let locks, refused, keepScreenOn, serial;
serial = 0;

const held = () => locks.filter(({ released }) => !released).length;
const settle = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(async () => {
  [locks, refused] = [[], false];
  const request = async () => {
    if (refused) throw new DOMException('low battery', 'NotAllowedError');
    const lock = { released: false, release: async () => (lock.released = true) };
    locks.push(lock);
    return lock;
  };
  const value = { wakeLock: { request } };
  Object.defineProperty(globalThis, 'navigator', { value, configurable: true });
  globalThis.document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  ({ keepScreenOn } = await import(`../../listener_web/shared/wake.js?${serial++}`));
});

/** A browser takes the lock away from a page that is hidden. */
async function show(visibilityState) {
  document.visibilityState = visibilityState;
  if (visibilityState === 'hidden') for (const lock of locks) lock.released = true;
  document.dispatchEvent(new Event('visibilitychange'));
  await settle();
}

test('one lock is held while it is wanted', async () => {
  keepScreenOn(true);
  keepScreenOn(true);
  await settle();
  assert.deepEqual([locks.length, held()], [1, 1]);
  keepScreenOn(false);
  await settle();
  assert.equal(held(), 0);
});

test('a page that comes in sight again takes its lock again, and one that wants none does not', async () => {
  keepScreenOn(true);
  await settle();
  await show('hidden');
  assert.equal(held(), 0);
  await show('visible');
  assert.equal(held(), 1);
  keepScreenOn(false);
  await settle();
  await show('hidden');
  await show('visible');
  assert.equal(held(), 0);
});

test('a wish that is taken back while the browser decides leaves no lock', async () => {
  keepScreenOn(true);
  keepScreenOn(false);
  await settle();
  assert.equal(held(), 0);
});

test('a refused lock is asked for again the next time the page is seen', async () => {
  refused = true;
  keepScreenOn(true);
  await settle();
  assert.equal(held(), 0);
  refused = false;
  await show('hidden');
  await show('visible');
  assert.equal(held(), 1);
});
