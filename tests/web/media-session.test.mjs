/** The controls of the lock screen. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { obeyMediaControls, showMedia } from '../../listener_web/attendee/media-session.js';

let handlers, calls, session;

const browser = (value) => Object.defineProperty(globalThis, 'navigator', { value, configurable: true });

beforeEach(() => {
  [handlers, calls] = [{}, []];
  session = { metadata: null, playbackState: 'none', setActionHandler: (name, f) => (handlers[name] = f) };
  browser({ mediaSession: session });
  globalThis.MediaMetadata = class {
    constructor(shown) {
      Object.assign(this, shown);
    }
  };
});

const sound = { listen: () => calls.push('listen'), stop: () => calls.push('stop') };

test('play starts what is silent and leaves what plays alone; pause and stop never start', () => {
  let wanted = false;
  obeyMediaControls(() => wanted, sound);
  handlers.play();
  wanted = true;
  handlers.play();
  handlers.pause();
  wanted = false;
  handlers.pause();
  handlers.stop();
  assert.deepEqual(calls, ['listen', 'stop', 'stop', 'stop']);
});

test('the lock screen shows the event and the channel, and whether it plays', () => {
  showMedia('A talk', 'Español', true);
  assert.deepEqual({ ...session.metadata }, { title: 'A talk', artist: 'Español' });
  assert.equal(session.playbackState, 'playing');
  const before = session.metadata;
  showMedia('A talk', 'Español', false);
  assert.equal(session.metadata, before, 'what has not changed is not set again');
  assert.equal(session.playbackState, 'paused');
});

test('a browser without such controls has none', () => {
  browser({});
  obeyMediaControls(() => false, sound);
  showMedia('A talk', 'Español', true);
});
