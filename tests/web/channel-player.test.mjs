/** From one channel to another in the audio thread: no gap, no click, and the buffer keeps its target. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChannelPlayer } from '../../listener_web/player/channel-player.js';
import { SOURCE_HZ } from '../../listener_web/player/jitter-buffer.js';

const BLOCK = 128;
const MS = SOURCE_HZ / 1000;
const PACKET_MS = 60;
/** Steeper than the two tones together, whose steps are at most 0.5 * 2π * 500 / 48000 each. */
const CLICK = 0.08;

/** Packets of a tone. */
function tone(hz) {
  let at = 0;
  return () =>
    Float32Array.from({ length: PACKET_MS * MS }, () => 0.5 * Math.sin((2 * Math.PI * hz * at++) / SOURCE_HZ));
}

/** A player of stream 0 that plays in real time, and the packets of two channels. */
class Listening {
  player = new ChannelPlayer(SOURCE_HZ);
  packets = [tone(300), tone(500), tone(400)];
  output = [];
  sinceLast = 0;

  constructor() {
    this.bring(0, 4);
  }

  bring(stream, count = 1) {
    for (let i = 0; i < count; i++) this.player.push(stream, this.packets[stream]());
  }

  /** Time passes; while it does, a stream brings its packets. */
  pass(ms, stream) {
    for (let i = 0; i < Math.round((ms * MS) / BLOCK); i++) {
      const block = new Float32Array(BLOCK);
      this.player.render(block);
      this.output.push(...block);
      this.sinceLast += BLOCK;
      if (stream !== undefined && this.sinceLast >= PACKET_MS * MS) {
        this.sinceLast -= PACKET_MS * MS;
        this.bring(stream);
      }
    }
  }
}

/** A listener of stream 0 for a while. */
function listening() {
  const listener = new Listening();
  listener.pass(20_000, 0);
  listener.output = [];
  return listener;
}

const steepest = (output) =>
  output.slice(1).reduce((most, sample, i) => Math.max(most, Math.abs(sample - output[i])), 0);

/** The level of each 10 ms. */
function levels(output) {
  const size = 10 * MS;
  return Array.from({ length: Math.floor(output.length / size) }, (_, i) => {
    const block = output.slice(i * size, (i + 1) * size);
    return Math.sqrt(block.reduce((sum, sample) => sum + sample ** 2, 0) / size);
  });
}

test('another channel is heard at once, without a gap or a click', () => {
  const listener = listening();
  const before = listener.player.stats();
  listener.pass(100, 0);
  listener.player.begin(1);
  assert.equal(listener.player.stream, 0, 'nothing of it is there yet');
  listener.bring(1, 4);
  listener.pass(3);
  assert.equal(listener.player.stream, 1);
  listener.pass(500, 1);
  assert.ok(steepest(listener.output) < CLICK, `a step of ${steepest(listener.output)}`);
  assert.ok(Math.min(...levels(listener.output)) > 0.2, 'never quiet');
  const after = listener.player.stats();
  assert.deepEqual([after.underruns, after.target_ms], [0, before.target_ms]);
  assert.ok(after.played_frames > before.played_frames);
  listener.pass(10_000, 1);
  assert.ok(listener.player.stats().fill_ms <= 180, 'the delay is what it was');
});

test('until the other channel has sound the present one is heard', () => {
  const listener = listening();
  listener.player.begin(1);
  listener.pass(20);
  assert.equal(listener.player.stream, 0);
  listener.bring(1);
  listener.pass(300, 1);
  assert.equal(listener.player.stream, 1);
  assert.equal(listener.player.stats().underruns, 0, 'the end of the other one is no underrun');
});

test('a channel that is silent lets the present one end softly, and is heard when it speaks', () => {
  const listener = listening();
  listener.player.begin(1);
  listener.pass(500);
  assert.deepEqual([listener.player.stats().playing, listener.player.stats().underruns], [false, 0]);
  listener.bring(1, 4);
  listener.pass(200, 1);
  assert.deepEqual([listener.player.stream, listener.player.stats().playing], [1, true]);
  assert.ok(steepest(listener.output) < CLICK);
});

test('a third channel follows in the middle of a cross-fade', () => {
  const listener = listening();
  listener.player.begin(1);
  listener.bring(1, 4);
  listener.pass(10);
  listener.player.begin(2);
  listener.bring(1);
  listener.bring(2, 4);
  listener.pass(400, 2);
  assert.equal(listener.player.stream, 2);
  assert.ok(steepest(listener.output) < CLICK);
  assert.ok(Math.min(...levels(listener.output)) > 0.15);
});

test('a channel that was asked for and given up leaves nothing behind', () => {
  const listener = listening();
  listener.player.begin(1);
  listener.player.begin(2);
  listener.bring(1, 4);
  listener.pass(20);
  assert.equal(listener.player.stream, 0, 'sound of the one given up is not played');
  listener.bring(2, 4);
  listener.pass(300, 2);
  assert.equal(listener.player.stream, 2);
});

test('many changes use the same few buffers and count on', () => {
  const listener = listening();
  const before = listener.player.stats().played_frames;
  for (let stream = 1; stream <= 20; stream++) {
    listener.packets[stream] = tone(300 + 10 * stream);
    listener.player.begin(stream);
    listener.bring(stream, 4);
    listener.pass(100, stream);
  }
  assert.equal(listener.player.stream, 20);
  assert.ok(steepest(listener.output) < CLICK);
  const { played_frames, underruns } = listener.player.stats();
  assert.ok(played_frames - before >= 20 * 100 * MS - BLOCK * 20);
  assert.equal(underruns, 0);
});

test('short losses keep their place and long ones do not count as late', () => {
  const listener = listening();
  const before = listener.player.stats().target_ms;
  listener.pass(60);
  listener.player.pushLoss(0, 60 * MS);
  listener.sinceLast -= 60 * MS;
  listener.pass(2_000, 0);
  assert.equal(listener.player.stats().target_ms, before);
  listener.pass(600);
  listener.player.pushLoss(0, 600 * MS);
  listener.bring(0, 4);
  listener.sinceLast = 0;
  listener.pass(2_000, 0);
  assert.equal(listener.player.stats().target_ms, before);
});

test('the end is no underrun', () => {
  const listener = listening();
  listener.player.end();
  listener.pass(500);
  assert.deepEqual([listener.player.stats().playing, listener.player.stats().underruns], [false, 0]);
});
