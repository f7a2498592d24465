/** The signs of a network that may be back, and the wait that they end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Wait, onNetworkReturn, unlessUnseen } from '../../listener_web/shared/network.js';

test('the device, the screen and the memory of the browser say that the network may be back', () => {
  const page = new EventTarget();
  globalThis.addEventListener = page.addEventListener.bind(page);
  globalThis.document = new EventTarget();
  const connection = Object.assign(new EventTarget(), { type: 'wifi' });
  Object.defineProperty(globalThis, 'navigator', { value: { connection }, configurable: true });
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
  document.dispatchEvent(new Event('resume'));
  assert.equal(signs, 4, 'the browser had frozen the page');
  connection.dispatchEvent(new Event('change'));
  assert.equal(signs, 4, 'it is as fast as another network, and the same one');
  connection.type = 'none';
  connection.dispatchEvent(new Event('change'));
  assert.equal(signs, 4, 'there is no network to try');
  connection.type = 'cellular';
  connection.dispatchEvent(new Event('change'));
  assert.equal(signs, 5);
});

test('a page that nobody looks at waits until somebody does', () => {
  document.visibilityState = 'hidden';
  assert.ok(unlessUnseen(2_000) >= 3_600_000);
  document.visibilityState = 'visible';
  assert.equal(unlessUnseen(2_000), 2_000);
});

test('a browser that does not tell the kind of its network has other signs', () => {
  Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  let signs = 0;
  onNetworkReturn(() => signs++);
  document.dispatchEvent(new Event('resume'));
  assert.equal(signs, 1);
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

test('a wait for something else ends with it, or is ended and takes that back', async () => {
  const wait = new Wait();
  let go;
  let left = 0;
  const when = (end) => {
    go = end;
    return () => left++;
  };
  const first = wait.until(when);
  go();
  await first;
  const second = wait.until(when);
  wait.end();
  await second;
  assert.equal(left, 1);
  await wait.until((end) => {
    end();
    return () => undefined;
  });
});
