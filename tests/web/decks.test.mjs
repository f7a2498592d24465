/** The cross-fade, the volume, and the counters of decks. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AudioGraph, FADE_S, fade } from '../../listener_web/player/audio-graph.js';
import { DeckTotals } from '../../listener_web/player/transports.js';

/** Begin a fade; returns what the gain was told. */
function faded(direction) {
  const calls = [];
  const gain = {
    cancelScheduledValues: (time) => calls.push(['cancel', time]),
    setValueCurveAtTime: (curve, time, duration) => calls.push(['curve', time, duration, curve]),
  };
  fade(gain, { currentTime: 12 }, direction);
  return calls;
}

test('a fade begins now, replaces what was planned, and takes its time', () => {
  const [cancel, [, start, duration]] = faded('in');
  assert.deepEqual(cancel, ['cancel', 12]);
  assert.deepEqual([start, duration], [12, FADE_S]);
});

test('two decks in a cross-fade are as loud together as one', () => {
  const rising = faded('in')[1][3];
  const falling = faded('out')[1][3];
  assert.equal(rising.length, falling.length);
  assert.ok(Math.abs(rising[0]) < 1e-6 && Math.abs(rising.at(-1) - 1) < 1e-6);
  assert.ok(Math.abs(falling[0] - 1) < 1e-6 && Math.abs(falling.at(-1)) < 1e-6);
  rising.forEach((gain, i) => assert.ok(Math.abs(gain ** 2 + falling[i] ** 2 - 1) < 1e-6));
});

test('a graph that was never opened takes a volume, and does not run', async () => {
  const graph = new AudioGraph(() => assert.fail('nothing changed'));
  graph.volume = 0.25;
  graph.resume();
  graph.suspend();
  await graph.loadWorklet();
  assert.deepEqual([graph.volume, graph.running, graph.context], [0.25, false, null]);
});

const deck = (underruns, skippedPackets, receivedBytes) => ({
  stats: { underruns, played_frames: 100, skipped_ms: 5, fill_ms: 200, target_ms: 200 },
  skippedPackets,
  receivedBytes,
});

test('totals add up decks, and a copy leaves the first alone', () => {
  const retired = new DeckTotals();
  retired.add(deck(1, 0, 900));
  retired.add(deck(2, 7, 50));
  const now = new DeckTotals(retired);
  now.add(deck(1, 1, 4));
  assert.deepEqual({ ...retired }, {
    underruns: 3,
    played_frames: 200,
    skipped_ms: 10,
    skipped_packets: 7,
    received_bytes: 950,
  });
  assert.deepEqual({ ...now }, {
    underruns: 4,
    played_frames: 300,
    skipped_ms: 15,
    skipped_packets: 8,
    received_bytes: 954,
  });
});
