/** Sound that a phone took away comes back: by itself, or by the next sign of a person. */
import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { Interruption, playAsMedia } from '../../listener_web/device/interruption.js';

let page, devices, audioSession, interrupted, alone, resumed, interruption;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
  [page, devices, audioSession] = [new EventTarget(), new EventTarget(), new EventTarget()];
  globalThis.Element = class {
    closest() {
      return this.button ?? null;
    }
  };
  globalThis.addEventListener = page.addEventListener.bind(page);
  globalThis.document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const value = { mediaDevices: devices, audioSession };
  Object.defineProperty(globalThis, 'navigator', { value, configurable: true });
  [interrupted, alone, resumed] = [false, true, 0];
  interruption = new Interruption({
    isInterrupted: () => interrupted,
    mayResumeAlone: () => alone,
    resume: () => resumed++,
  });
});

function pass(ms) {
  for (let passed = 0; passed < ms; passed += 250) mock.timers.tick(250);
}

const signs = () => {
  const before = resumed;
  document.dispatchEvent(new Event('visibilitychange'));
  document.dispatchEvent(new Event('resume'));
  document.dispatchEvent(new Event('click'));
  page.dispatchEvent(new Event('focus'));
  page.dispatchEvent(new Event('pageshow'));
  return resumed - before;
};

test('sound that plays is left alone', () => {
  interruption.look();
  pass(60_000);
  devices.dispatchEvent(new Event('devicechange'));
  assert.deepEqual([signs(), resumed], [0, 0]);
});

test('while it is interrupted it is resumed now and then, until it plays', () => {
  interrupted = true;
  interruption.look();
  interruption.look();
  pass(1_000);
  assert.equal(resumed, 1);
  pass(60_000);
  assert.ok(resumed >= 7 && resumed <= 20, String(resumed));
  interrupted = false;
  interruption.look();
  const before = resumed;
  pass(60_000);
  assert.equal(resumed, before);
  interrupted = true;
  interruption.look();
  pass(1_000);
  assert.equal(resumed, before + 1, 'the next interruption begins with the shortest wait');
});

test('other headphones, and the end of a call, are reasons to try', () => {
  interrupted = true;
  devices.dispatchEvent(new Event('devicechange'));
  audioSession.dispatchEvent(new Event('statechange'));
  assert.equal(resumed, 2);
});

test('what the phone has paused for a reason waits for a person', () => {
  [interrupted, alone] = [true, false];
  interruption.look();
  pass(600_000);
  devices.dispatchEvent(new Event('devicechange'));
  audioSession.dispatchEvent(new Event('statechange'));
  assert.equal(resumed, 0);
  document.visibilityState = 'hidden';
  assert.equal(signs(), 0);
  document.visibilityState = 'visible';
  assert.equal(signs(), 5);
});

test('a tap on a button does what the button says', () => {
  interrupted = true;
  const button = Object.assign(new Element(), { button: true });
  document.dispatchEvent(Object.defineProperty(new Event('click'), 'target', { value: button }));
  assert.equal(resumed, 0);
});

test('iOS is told that the page plays media; others have no such thing', () => {
  playAsMedia();
  assert.equal(audioSession.type, 'playback');
  Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  playAsMedia();
});
