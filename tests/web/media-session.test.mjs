/** The controls of the lock screen. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { beforeEach, test } from 'node:test';
import { obeyMediaControls, showMedia } from '../../listener_web/device/media-session.js';

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
  showMedia('A talk', 'Español', false, false);
  assert.deepEqual([session.metadata, session.playbackState], [null, 'none'], 'nobody has listened');
  showMedia('A talk', 'Español', true, true);
  const { artwork, ...words } = session.metadata;
  assert.deepEqual(words, { title: 'A talk', artist: 'Español' });
  assert.equal(session.playbackState, 'playing');
  const before = session.metadata;
  showMedia('A talk', 'Español', true, false);
  assert.equal(session.metadata, before, 'what has not changed is not set again');
  assert.equal(session.playbackState, 'paused');
  showMedia('A talk', 'Français', true, true);
  assert.equal(session.metadata.artist, 'Français');
  assert.deepEqual(artwork.map(({ sizes }) => sizes), ['192x192', 'any']);
});

test('the artwork is there', () => {
  showMedia('A talk', 'Español', true, true);
  for (const { src, type } of session.metadata.artwork) {
    const path = new URL(src.replace('/static/', '../../listener_web/'), import.meta.url);
    assert.ok(readFileSync(path).length > 100, src);
    assert.equal(type, src.endsWith('.svg') ? 'image/svg+xml' : 'image/png');
  }
});

test('a browser without such controls has none', () => {
  browser({});
  obeyMediaControls(() => false, sound);
  showMedia('A talk', 'Español', true, true);
});
