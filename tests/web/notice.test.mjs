/** The sentence above the Listen button. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLost, noticeOf } from '../../listener_web/attendee/notice.js';

const LIVE = { state: 'live', floor: 'speaking', channel: 'live' };

const notice = ({ captions = 'open', player = 'idle', channel = {}, ...more } = {}) => {
  const situation = { captions, player, channel: { ...LIVE, ...channel } };
  const { text, tone } = noticeOf(situation, {
    soundPossible: true,
    soundInvited: true,
    lostForLong: true,
    refusal: null,
    ...more,
  });
  return tone === '' ? text : `${tone} ${text}`;
};

const CASES = [
  ['headphones', {}],
  [null, { player: 'playing' }],
  [null, { player: 'starting' }],
  [null, { player: 'buffering' }],
  ['warn connectionLost', { captions: 'lost' }],
  ['warn connectionLost', { captions: 'lost', player: 'failed' }],
  ['warn connectionLost', { captions: 'lost', player: 'connecting' }],
  ['warn connectionLost', { captions: 'lost', soundPossible: false }],
  ['warn connectionLostListening', { captions: 'lost', player: 'reconnecting' }],
  ['warn captionsLost', { captions: 'lost', player: 'playing' }],
  ['warn captionsLost', { captions: 'lost', player: 'buffering' }],
  ['warn soundLost', { player: 'reconnecting' }],
  ['headphones', { captions: 'lost', lostForLong: false }],
  [null, { player: 'reconnecting', lostForLong: false }],
  ['warn interrupted', { player: 'interrupted', captions: 'lost' }],
  ['queuedLonger', { player: 'queued' }],
  ['warn soundFailed', { player: 'failed' }],
  ['warn needsBrowser', { soundPossible: false }],
  ['warn interpretationStopped', { player: 'playing', channel: { channel: 'failed' } }],
  ['headphones', { channel: { channel: 'failed', state: 'paused' } }],
  [null, { channel: { state: 'closed' } }],
  [null, { channel: { state: 'closed' }, captions: 'lost', player: 'interrupted' }],
  [null, { soundInvited: false }],
  ['warn connectionLost', { soundInvited: false, captions: 'lost' }],
  ['warn channelRefused', { player: 'playing', refusal: { language: 'Deutsch', other: 'Español' } }],
  ['warn soundLost', { player: 'reconnecting', refusal: { language: 'Deutsch', other: 'Español' } }],
];

for (const [expected, given] of CASES) {
  test(`${expected}: ${JSON.stringify(given)}`, () => assert.equal(notice(given), expected));
}

test('a connection that was never there is not lost', () => {
  assert.equal(isLost({ captions: 'none', player: 'connecting', channel: null }), false);
  assert.equal(isLost({ captions: 'lost', player: 'idle', channel: null }), true);
  assert.equal(isLost({ captions: 'open', player: 'reconnecting', channel: null }), true);
});
