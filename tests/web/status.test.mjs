/** The one word for how things stand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusOf } from '../../listener_web/attendee/status.js';

const LIVE = { state: 'live', floor: 'speaking', channel: 'live' };

const status = ({ captions = 'open', player = 'idle', channel = {} } = {}) =>
  statusOf({ captions, player, channel: channel === null ? null : { ...LIVE, ...channel } });

const CASES = [
  ['live', {}],
  ['live', { player: 'playing' }],
  ['live', { player: 'buffering' }],
  ['live', { player: 'failed' }],
  ['live', { channel: { floor: 'silent' } }],
  ['live', { channel: { channel: 'failed' } }],
  ['connecting', { captions: 'none' }],
  ['connecting', { channel: null }],
  ['connecting', { player: 'starting' }],
  ['connecting', { player: 'connecting' }],
  ['waiting', { channel: { state: 'open' } }],
  ['waiting', { channel: { floor: 'absent' } }],
  ['waiting', { channel: { state: 'open' }, player: 'connecting' }],
  ['paused', { channel: { state: 'paused' } }],
  ['paused', { channel: { state: 'paused', floor: 'absent' } }],
  ['restoring', { channel: { channel: 'retrying' } }],
  ['reconnecting', { captions: 'lost' }],
  ['reconnecting', { captions: 'lost', channel: null }],
  ['reconnecting', { captions: 'lost', channel: { state: 'paused' } }],
  ['reconnecting', { player: 'reconnecting' }],
  ['queued', { player: 'queued' }],
  ['queued', { player: 'queued', captions: 'lost' }],
  ['ended', { channel: { state: 'closed' } }],
  ['ended', { channel: { state: 'closed' }, captions: 'lost', player: 'queued' }],
  ['ended', { player: 'ended', captions: 'none', channel: null }],
];

for (const [expected, situation] of CASES) {
  test(`${expected}: ${JSON.stringify(situation)}`, () => {
    assert.equal(status(situation), expected);
  });
}
