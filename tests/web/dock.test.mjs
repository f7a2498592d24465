/** The dock: its form, and its two lines. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { dockView } from '../../listener_web/attendee/dock.js';

globalThis.document = { documentElement: { lang: 'en' } };

const english = JSON.parse(
  readFileSync(new URL('../../listener_web/i18n/en.json', import.meta.url), 'utf8'),
);
const LIVE = { state: 'live', floor: 'speaking', channel: 'live' };
const [floor, es, ja] = [
  ['floor', 'Original'],
  ['es', 'Español'],
  ['ja', '日本語'],
].map(([id, name]) => ({ id, name }));

function view({
  captions = 'open',
  player = 'idle',
  channel = {},
  choice = {},
  bufferedMs = 0,
  outputLatencyMs = 0,
  ...more
}) {
  const situation = { captions, player, channel: { ...LIVE, ...channel } };
  const wanted = !['idle', 'interrupted', 'ended', 'failed'].includes(player);
  return dockView(english, {
    situation,
    choice: { hear: es, read: es, second: null, linked: true, captionsOnly: false, ...choice },
    hasListened: player !== 'idle',
    sound: { wanted, possible: true, bufferedMs, outputLatencyMs },
    ...more,
  });
}

const CASES = [
  // form, title, detail
  ['join', 'Español', 'Sound off', {}],
  ['player', 'Español', 'Sound off', { hasListened: true }],
  ['player', 'Español', 'Sound – Connecting…', { player: 'starting' }],
  ['player', 'Español · Live', '', { player: 'playing' }],
  ['player', 'Español · Live', '3 s behind', { player: 'playing', channel: { lag_s: 3 } }],
  ['player', 'Español · Live', '4 s behind', { player: 'playing', channel: { lag_s: 2 }, bufferedMs: 2_300 }],
  ['player', 'Español · Live', 'Less than 1 s behind', { player: 'playing', channel: { lag_s: 0 }, bufferedMs: 300 }],
  ['player', 'Español · Live', '3 s behind', { player: 'playing', channel: { lag_s: 2 }, bufferedMs: 250, outputLatencyMs: 280 }],
  ['player', 'Original · Live', 'Less than 1 s behind', { player: 'playing', choice: { hear: floor, read: floor } }],
  ['player', 'Original · Live', '3 s behind', { player: 'playing', choice: { hear: floor, read: floor }, bufferedMs: 2_600 }],
  ['player', 'Español · Live', 'Read: 日本語', { player: 'playing', choice: { read: ja }, channel: { lag_s: 3 } }],
  ['player', 'Español', 'Paused', { player: 'playing', channel: { state: 'paused', lag_s: 3 } }],
  ['player', 'Español', 'Sound – Reconnecting…', { player: 'reconnecting' }],
  ['player', 'Español', 'In the queue…', { player: 'queued' }],
  ['join', 'Español', 'Sound off', { player: 'interrupted' }],
  ['join', 'Español', 'Sound off', { player: 'failed' }],
  ['captions', 'Captions only', '日本語', { choice: { read: ja, captionsOnly: true } }],
  ['captions', 'Captions only', 'Original', { choice: { read: floor, captionsOnly: true }, hasListened: true }],
];

for (const [form, title, detail, given] of CASES) {
  test(`${form}: “${title}” / “${detail}” with ${JSON.stringify(given)}`, () => {
    const shown = view(given);
    assert.deepEqual([shown.form, shown.title, shown.detail], [form, title, detail]);
  });
}

test('only what plays is sounding', () => {
  for (const player of ['playing', 'buffering', 'reconnecting', 'idle']) {
    assert.equal(view({ player }).sounding, player === 'playing');
  }
});
