/** The one word for how things stand. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { statusOf, statusText } from '../../listener_web/attendee/status.js';

const english = JSON.parse(
  readFileSync(new URL('../../listener_web/i18n/en.json', import.meta.url), 'utf8'),
);

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
  ['live', { captions: 'none', channel: null, player: 'playing' }],
  ['live', { captions: 'lost', player: 'buffering' }],
  ['reconnecting', { captions: 'lost', player: 'reconnecting' }],
];

for (const [expected, situation] of CASES) {
  test(`${expected}: ${JSON.stringify(situation)}`, () => {
    assert.equal(status(situation), expected);
  });
}

const TEXTS = [
  ['Live', {}],
  ['Live', { player: 'playing' }],
  ['Connecting…', { captions: 'none', channel: null }],
  ['Reconnecting…', { captions: 'lost' }],
  ['Reconnecting…', { captions: 'lost', player: 'reconnecting' }],
  ['Live · Captions – Connecting…', { captions: 'none', channel: null, player: 'playing' }],
  ['Live · Captions – Reconnecting…', { captions: 'lost', player: 'playing' }],
  ['Paused · Captions – Reconnecting…', { captions: 'lost', player: 'playing', channel: { state: 'paused' } }],
  ['Sound – Reconnecting…', { player: 'reconnecting' }],
  ['Sound – Connecting…', { player: 'starting' }],
  ['Waiting for the speaker · Sound – Connecting…', { channel: { floor: 'absent' }, player: 'connecting' }],
  ['The event has ended', { channel: { state: 'closed' }, captions: 'lost', player: 'playing' }],
  ['In the queue…', { player: 'queued' }],
];

for (const [expected, { captions = 'open', player = 'idle', channel = {} }] of TEXTS) {
  test(`“${expected}”: ${captions}, ${player}`, () => {
    const known = channel === null ? null : { ...LIVE, ...channel };
    assert.equal(statusText(english, { captions, player, channel: known }), expected);
  });
}
