/** The signs of a network that may be back, and the wait that they end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Wait, onNetworkReturn } from '../../listener_web/shared/network.js';

test('the device, the screen and the memory of the browser say that the network may be back', () => {
  const page = new EventTarget();
  globalThis.addEventListener = page.addEventListener.bind(page);
  globalThis.document = new EventTarget();
  let signs = 0;
  onNetworkReturn(() => signs++);
  page.dispatchEvent(new Event('online'));
  assert.equal(signs, 1);
  page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }));
  assert.equal(signs, 1, 'a page that is loaded asks anyway');
  page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  assert.equal(signs, 2);
  document.visibilityState = 'hidden';
  document.dispatchEvent(new Event('visibilitychange'));
  assert.equal(signs, 2);
  document.visibilityState = 'visible';
  document.dispatchEvent(new Event('visibilitychange'));
  assert.equal(signs, 3);
});

test('a wait ends by itself, or when it is ended, and one that is over stays so', async () => {
  const wait = new Wait();
  wait.end();
  await wait.pass(1);
  const long = wait.pass(3_600_000);
  wait.end();
  await long;
  wait.end();
});
