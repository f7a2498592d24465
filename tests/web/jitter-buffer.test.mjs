/** The jitter buffer: start, underrun, growth and decay of the target, catch-up, other rates. */
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

/** Render until it has run dry. */
function runDry(buffer) {
  for (let i = 0; buffer.stats().playing; i++) {
    assert.ok(i < 1_000, 'it never runs dry');
    render(buffer, 10);
  }
}

test('it waits for 200 ms of sound, then fades in', () => {
  const buffer = new JitterBuffer(SOURCE_HZ);
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
  const buffer = new JitterBuffer(SOURCE_HZ);
  const sound = sine(210 * MS, 440);
  buffer.push(sound.slice());
  const output = render(buffer, 40);
  const afterFade = 2 * BLOCK;
  assert.deepEqual(output.slice(afterFade), sound.slice(afterFade, output.length));
});

test('an underrun fades out, is counted, and raises the target', () => {
  const buffer = new JitterBuffer(SOURCE_HZ);
  buffer.push(steady(250));
  const output = render(buffer, 400);
  const { playing, underruns, target_ms } = buffer.stats();
  assert.deepEqual([playing, underruns, target_ms], [false, 1, 320]);
  const steps = output.slice(1).map((sample, i) => Math.abs(sample - output[i]));
  assert.ok(Math.max(...steps) < 0.01, 'no click at either end');
  assert.equal(output.at(-1), 0);

  buffer.push(steady(250));
  render(buffer, 20);
  assert.equal(buffer.stats().playing, false, '250 ms are not enough any more');
  buffer.push(steady(100));
  render(buffer, 20);
  assert.equal(buffer.stats().playing, true);
});

test('the target has a limit', () => {
  const buffer = new JitterBuffer(SOURCE_HZ);
  for (let i = 0; i < 10; i++) {
    buffer.push(steady(1_250));
    render(buffer, 10);
    runDry(buffer);
  }
  assert.equal(buffer.stats().underruns, 10);
  assert.equal(buffer.stats().target_ms, 1_200);
});

test('a pause longer than any buffer is not prepared for', () => {
  const buffer = new JitterBuffer(SOURCE_HZ);
  buffer.push(steady(250));
  render(buffer, 400);
  assert.equal(buffer.stats().target_ms, 320);
  render(buffer, 1_300);
  assert.equal(buffer.stats().target_ms, 200);
});

test('the end of an event is no underrun', () => {
  const buffer = new JitterBuffer(SOURCE_HZ);
  buffer.push(steady(250));
  render(buffer, 20);
  buffer.end();
  runDry(buffer);
  assert.equal(buffer.stats().underruns, 0);
  assert.equal(buffer.stats().target_ms, 200);
});

test('a raised target comes down while all is calm', () => {
  const buffer = new JitterBuffer(SOURCE_HZ);
  buffer.push(steady(250));
  render(buffer, 10);
  runDry(buffer);
  const raised = buffer.stats().target_ms;
  buffer.push(steady(340));
  for (let ms = 0; ms < 30_000; ms += STEP_MS) {
    buffer.push(steady(STEP_MS));
    render(buffer, STEP_MS);
  }
  assert.equal(buffer.stats().underruns, 1);
  assert.ok(buffer.stats().target_ms < 0.85 * raised);
  assert.ok(buffer.stats().target_ms >= 200);
});

test('a burst far above the target is skipped, a smaller one is worked off', () => {
  const burst = new JitterBuffer(SOURCE_HZ);
  burst.push(sine(2_500 * MS, 160));
  render(burst, 20);
  assert.ok(burst.stats().skipped_ms > 2_200);
  assert.ok(burst.stats().fill_ms < 210);

  const late = new JitterBuffer(SOURCE_HZ);
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
  const buffer = new JitterBuffer(SOURCE_HZ);
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
  const buffer = new JitterBuffer(SOURCE_HZ);
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
    const buffer = new JitterBuffer(rate);
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
