/** The jitter buffer: start, underrun, catch-up, other rates. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JitterBuffer, SOURCE_HZ } from '../../listener_web/player/jitter-buffer.js';

const BLOCK = 128; // what an audio thread asks for
const MS = SOURCE_HZ / 1000;
/** Six blocks. */
const STEP_MS = 16;

const steady = (ms, value = 0.5) => new Float32Array(ms * MS).fill(value);
const sine = (count, hz, rate = SOURCE_HZ) =>
  Float32Array.from({ length: count }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hz * i) / rate));

/** Render for this long; returns all samples. */
function render(buffer, ms, rate = SOURCE_HZ) {
  const blocks = Math.round((ms * rate) / 1000 / BLOCK);
  const output = new Float32Array(blocks * BLOCK);
  for (let i = 0; i < blocks; i++) buffer.render(output.subarray(i * BLOCK, (i + 1) * BLOCK));
  return output;
}

/** A buffer that keeps this much sound. */
function bufferOf(target_ms, rate = SOURCE_HZ) {
  const buffer = new JitterBuffer(rate);
  buffer.target = target_ms;
  return buffer;
}

/** Render until it has run dry. */
function runDry(buffer) {
  for (let i = 0; buffer.stats().playing; i++) {
    assert.ok(i < 1_000, 'it never runs dry');
    render(buffer, 10);
  }
}

test('it waits for 200 ms of sound, then fades in', () => {
  const buffer = bufferOf(200);
  buffer.push(steady(190));
  assert.ok(render(buffer, 50).every((sample) => sample === 0));
  assert.deepEqual({ ...buffer.stats(), fill_ms: 0 }, {
    playing: false,
    underruns: 0,
    fill_ms: 0,
    target_ms: 200,
    played_frames: 0,
    skipped_ms: 0,
  });
  buffer.push(steady(20));
  const output = render(buffer, 20);
  assert.equal(buffer.stats().playing, true);
  assert.equal(buffer.stats().played_frames, output.length);
  assert.ok(output[0] > 0 && output[0] < 0.01, 'the first sample is quiet');
  assert.equal(output.at(-1), 0.5);
  const steps = output.slice(1).map((sample, i) => sample - output[i]);
  assert.ok(Math.max(...steps) < 0.01, 'no click');
});

test('sound at the source rate comes out as it went in', () => {
  const buffer = bufferOf(200);
  const sound = sine(210 * MS, 440);
  buffer.push(sound.slice());
  const output = render(buffer, 40);
  const afterFade = 2 * BLOCK;
  assert.deepEqual(output.slice(afterFade), sound.slice(afterFade, output.length));
});

test('an underrun fades out, is counted, and the target is waited for again', () => {
  const buffer = bufferOf(200);
  buffer.push(steady(250));
  const output = render(buffer, 400);
  const { playing, underruns } = buffer.stats();
  assert.deepEqual([playing, underruns], [false, 1]);
  const steps = output.slice(1).map((sample, i) => Math.abs(sample - output[i]));
  assert.ok(Math.max(...steps) < 0.01, 'no click at either end');
  assert.equal(output.at(-1), 0);

  buffer.target = 320;
  buffer.push(steady(250));
  render(buffer, 20);
  assert.equal(buffer.stats().playing, false, '250 ms are not enough any more');
  buffer.push(steady(100));
  render(buffer, 20);
  assert.equal(buffer.stats().playing, true);
});

test('a target of 80 ms is kept with packets of 64 ms', () => {
  const buffer = bufferOf(80);
  const sound = sine(10_240 * MS, 160);
  const packet = 4 * STEP_MS * MS;
  buffer.push(sound.slice(0, 2 * packet));
  const fills = [];
  for (let at = 2 * packet; at < sound.length; at += packet) {
    for (let step = 0; step < 4; step++) {
      render(buffer, STEP_MS);
      fills.push(buffer.fill);
    }
    buffer.push(sound.slice(at, at + packet));
  }
  assert.equal(buffer.stats().underruns, 0);
  const mean = fills.reduce((sum, fill) => sum + fill, 0) / fills.length;
  assert.ok(mean > 55 && mean < 105, `${mean} ms on average`);
});

test('it can start before its target with what is there, or with the newest of it', () => {
  const early = bufferOf(200);
  early.push(steady(60));
  early.start(230);
  render(early, 8);
  assert.deepEqual([early.playing, early.stats().skipped_ms], [true, 0]);

  const late = bufferOf(100);
  late.push(steady(200, 0.1));
  late.push(steady(100, 0.9));
  late.start(90);
  assert.equal(late.fill, 90);
  assert.ok(Math.abs(render(late, 20).at(-1) - 0.9) < 1e-6);
});

test('an emptied buffer waits as a new one does, and its counters go on', () => {
  const buffer = bufferOf(200);
  buffer.push(steady(300));
  render(buffer, 20);
  buffer.end();
  const { played_frames } = buffer.stats();
  buffer.clear();
  assert.deepEqual([buffer.playing, buffer.fill], [false, 0]);
  buffer.push(steady(250));
  const output = render(buffer, 400);
  assert.ok(output[0] < 0.01, 'it fades in again');
  assert.equal(buffer.stats().underruns, 1, 'its end is forgotten');
  assert.ok(buffer.stats().played_frames > played_frames);
});

test('the end of an event is no underrun', () => {
  const buffer = bufferOf(200);
  buffer.push(steady(250));
  render(buffer, 20);
  buffer.end();
  runDry(buffer);
  assert.equal(buffer.stats().underruns, 0);
});

test('a burst far above the target is skipped, a smaller one is worked off', () => {
  const burst = bufferOf(200);
  burst.push(sine(3_500 * MS, 160));
  render(burst, 20);
  assert.ok(burst.stats().skipped_ms > 3_200);
  assert.ok(burst.stats().fill_ms < 210);

  const late = bufferOf(200);
  late.push(sine(600 * MS, 160));
  for (let ms = 0; ms < 5_000; ms += STEP_MS) {
    render(late, STEP_MS);
    late.push(sine(STEP_MS * MS, 160));
  }
  const { skipped_ms, underruns, fill_ms } = late.stats();
  assert.deepEqual({ skipped_ms, underruns }, { skipped_ms: 0, underruns: 0 });
  assert.ok(fill_ms > 150 && fill_ms < 280, `${fill_ms} ms are waiting`);
});

test('a sender that is slightly slow is stretched for, without an underrun', () => {
  const buffer = bufferOf(200);
  const sound = sine(21_000 * MS, 160);
  let pushed = 0;
  const push = (count) => buffer.push(sound.slice(pushed, (pushed += count)));
  push(210 * MS);
  for (let ms = 0; ms < 20_000; ms += STEP_MS) {
    render(buffer, STEP_MS);
    push(750); // of 768
  }
  assert.equal(buffer.stats().underruns, 0);
});

test('lost sound keeps its place, with soft edges', () => {
  const buffer = bufferOf(200);
  buffer.push(steady(100));
  buffer.pushLoss(20 * MS);
  buffer.push(steady(100));
  const output = render(buffer, 160);
  const gap = output.slice(100 * MS, 120 * MS);
  assert.ok(gap.every((sample) => sample === 0));
  assert.equal(output[95 * MS], 0.5);
  assert.equal(output[125 * MS], 0.5);
  const steps = output.slice(1).map((sample, i) => Math.abs(sample - output[i]));
  assert.ok(Math.max(...steps) < 0.01, 'no click');
});

for (const rate of [44_100, 96_000]) {
  test(`the pitch stays at an output of ${rate} Hz`, () => {
    const buffer = bufferOf(200, rate);
    buffer.push(sine(220 * MS, 440));
    const before = buffer.stats().fill_ms;
    const output = render(buffer, 100, rate);
    const expected = sine(output.length, 440, rate);
    for (let i = 2 * BLOCK; i < output.length; i++) {
      assert.ok(Math.abs(output[i] - expected[i]) < 5e-3, `sample ${i}`);
    }
    const used = before - buffer.stats().fill_ms;
    assert.ok(Math.abs(used - (output.length * 1000) / rate) < 1, `${used} ms were used`);
  });
}
