/** The transports of a browser, the order of trying them, and the address of a channel. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf, usableTransports } from '../../listener_web/player/transports.js';

/** A browser with these globals. */
function browser({ secure = true, has = [], mp3 = true, href = 'https://talks.example/e/x' }) {
  globalThis.window = Object.fromEntries(has.map((name) => [name, class {}]));
  globalThis.isSecureContext = secure;
  globalThis.location = { href };
  globalThis.Audio = class {
    canPlayType(type) {
      return mp3 && type === 'audio/mpeg' ? 'maybe' : '';
    }
  };
}

const WEB_CODECS = ['AudioDecoder', 'AudioWorkletNode'];
const WEB_RTC = ['RTCPeerConnection', 'AudioContext'];
const CURRENT = { has: [...WEB_CODECS, ...WEB_RTC] };
const OLD_IPHONE = { has: ['AudioWorkletNode', ...WEB_RTC] };

test('a current browser tries the exact transport first', () => {
  browser(CURRENT);
  assert.deepEqual(usableTransports(false, null), ['ws', 'whep', 'http']);
});

test('behind a locked screen the browser plays by itself first', () => {
  browser(CURRENT);
  assert.deepEqual(usableTransports(true, null), ['http', 'ws', 'whep']);
});

test('an iPhone without WebCodecs listens by WebRTC', () => {
  browser(OLD_IPHONE);
  assert.deepEqual(usableTransports(false, null), ['whep', 'http']);
});

test('plain http has no WebCodecs', () => {
  browser({ ...CURRENT, secure: false });
  assert.deepEqual(usableTransports(false, null), ['whep', 'http']);
});

test('a browser with nothing has no transport', () => {
  browser({ mp3: false });
  assert.deepEqual(usableTransports(false, null), []);
});

test('a forced transport is the only one, where it works', () => {
  browser(CURRENT);
  assert.deepEqual(usableTransports(false, 'whep'), ['whep']);
  assert.deepEqual(usableTransports(true, 'ws'), ['ws']);
  browser(OLD_IPHONE);
  assert.deepEqual(usableTransports(false, 'ws'), []);
});

test('an unknown forced transport is ignored', () => {
  browser(CURRENT);
  assert.deepEqual(usableTransports(false, 'carrier-pigeon'), ['ws', 'whep', 'http']);
});

test('each transport has its address', () => {
  browser(CURRENT);
  assert.equal(addressOf('ws', 'talk', 'es'), 'wss://talks.example/e/talk/audio/es');
  assert.equal(addressOf('whep', 'talk', 'es'), 'https://talks.example/whep/talk/es');
  assert.equal(addressOf('http', 'talk', 'es'), 'https://talks.example/listen/talk/es.mp3');
});

test('addresses follow the page, and names are escaped', () => {
  browser({ href: 'http://10.0.0.2:8080/e/a%20b?lang=es#top' });
  assert.equal(
    addressOf('ws', 'a b', 'pt-BR+floor'),
    'ws://10.0.0.2:8080/e/a%20b/audio/pt-BR%2Bfloor',
  );
  assert.equal(addressOf('http', 'a/b', 'es'), 'http://10.0.0.2:8080/listen/a%2Fb/es.mp3');
});
