/** A page that is forgotten lets go of its connections, and takes them again when somebody looks. */
import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { FORGOTTEN_MS, PageLife } from '../../listener_web/device/page-life.js';

let told, plays, page;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
  [told, plays, page] = [[], false, new EventTarget()];
  globalThis.addEventListener = page.addEventListener.bind(page);
  globalThis.document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  new PageLife({
    plays: () => plays,
    forgotten: () => told.push('forgotten'),
    seen: () => told.push('seen'),
  });
});

function show(visibilityState) {
  document.visibilityState = visibilityState;
  document.dispatchEvent(new Event('visibilitychange'));
}

test('a page that is hidden for a while stays as it is', () => {
  show('hidden');
  mock.timers.tick(FORGOTTEN_MS - 1);
  show('visible');
  mock.timers.tick(10 * FORGOTTEN_MS);
  assert.deepEqual(told, []);
});

test('one that is hidden for long is forgotten once, until somebody looks', () => {
  show('hidden');
  mock.timers.tick(FORGOTTEN_MS);
  mock.timers.tick(10 * FORGOTTEN_MS);
  document.dispatchEvent(new Event('freeze'));
  assert.deepEqual(told, ['forgotten']);
  document.dispatchEvent(new Event('resume'));
  assert.deepEqual(told, ['forgotten'], 'it runs again, but nobody looks at it');
  show('visible');
  page.dispatchEvent(new Event('pageshow'));
  assert.deepEqual(told, ['forgotten', 'seen']);
});

test('one that plays is not forgotten before it stops', () => {
  plays = true;
  show('hidden');
  document.dispatchEvent(new Event('freeze'));
  mock.timers.tick(3 * FORGOTTEN_MS);
  assert.deepEqual(told, []);
  plays = false;
  mock.timers.tick(FORGOTTEN_MS);
  assert.deepEqual(told, ['forgotten']);
});

test('one that the browser freezes lets go at once, and is back when it runs in sight', () => {
  document.dispatchEvent(new Event('freeze'));
  assert.deepEqual(told, ['forgotten']);
  document.dispatchEvent(new Event('resume'));
  assert.deepEqual(told, ['forgotten', 'seen']);
});

test('one that comes from the memory of the browser is back', () => {
  show('hidden');
  mock.timers.tick(FORGOTTEN_MS);
  document.visibilityState = 'visible';
  page.dispatchEvent(new Event('pageshow'));
  assert.deepEqual(told, ['forgotten', 'seen']);
});
