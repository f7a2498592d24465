/** Samples waiting in a ring, and the edits that shorten or lengthen them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PcmRing } from '../../listener_web/player/pcm-ring.js';

const CAPACITY = 1 << 18;
const MAX_PERIOD = 720;

/** Numbers that a Float32 holds exactly. */
const counting = (from, count) => Float32Array.from({ length: count }, (_, i) => from + i);
const sine = (count, period, amplitude = 0.5) =>
  Float32Array.from({ length: count }, (_, i) => amplitude * Math.sin((2 * Math.PI * i) / period));

function noise(count) {
  let state = 1;
  return Float32Array.from({ length: count }, () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 1_073_741_824 - 1;
  });
}

function take(ring, count) {
  return Array.from({ length: count }, () => ring.at(ring.read++));
}

test('samples come out in the order in which they went in', () => {
  const ring = new PcmRing();
  ring.push(counting(0, 300));
  ring.push(counting(300, 300));
  assert.equal(ring.fill, 600);
  assert.deepEqual(take(ring, 600), [...counting(0, 600)]);
  assert.equal(ring.fill, 0);
});

test('nothing changes for a reader when the store wraps around', () => {
  const ring = new PcmRing();
  const block = 50_000; // does not divide the capacity
  for (let start = 0; start < 3 * CAPACITY; start += block) {
    ring.push(counting(start, block));
    const read = take(ring, block);
    assert.equal(read[0], start);
    assert.equal(read.at(-1), start + block - 1);
  }
});

test('a full ring loses its oldest samples and keeps the newest', () => {
  const ring = new PcmRing();
  for (let start = 0; start < 2 * CAPACITY; start += 65_536) ring.push(counting(start, 65_536));
  assert.equal(ring.fill, CAPACITY - MAX_PERIOD);
  assert.equal(ring.at(ring.read), CAPACITY + MAX_PERIOD);
  assert.equal(ring.at(ring.write - 1), 2 * CAPACITY - 1);
});

test('silence after sound begins with a fade', () => {
  const ring = new PcmRing();
  ring.push(new Float32Array(100).fill(1));
  ring.pushSilence(50, 10);
  const read = take(ring, 150);
  assert.equal(read[89], 1);
  for (let i = 90; i < 100; i++) assert.ok(read[i] < read[i - 1], `sample ${i} is quieter`);
  assert.deepEqual(read.slice(99), new Array(51).fill(0));
});

test('silence into an empty ring changes no sample that was played', () => {
  const ring = new PcmRing();
  ring.push(new Float32Array(20).fill(1));
  take(ring, 20);
  ring.pushSilence(5, 10);
  assert.equal(ring.at(ring.read - 1), 1);
  assert.deepEqual(take(ring, 5), [0, 0, 0, 0, 0]);
});

test('a skip blends what was before into what follows', () => {
  const ring = new PcmRing();
  ring.push(new Float32Array(100).fill(1));
  ring.push(new Float32Array(100).fill(0));
  ring.skip(100, 50);
  assert.equal(ring.fill, 100);
  const read = take(ring, 100);
  assert.equal(read[0], 1);
  assert.equal(read[25], 0.5);
  assert.deepEqual(read.slice(50), new Array(50).fill(0));
});

test('a cut leaves out whole periods of a voiced sound, without a click', () => {
  const ring = new PcmRing();
  const period = 300; // 160 Hz
  ring.push(sine(9_000, period));
  const cut = ring.cutPeriod();
  assert.ok(cut > 0 && cut % period === 0, `${cut} samples`);
  assert.equal(ring.fill, 9_000 - cut);
  const read = take(ring, 2_000);
  const expected = sine(2_000, period);
  for (let i = 0; i < read.length; i++) assert.ok(Math.abs(read[i] - expected[i]) < 1e-3);
});

test('a repeat adds whole periods of a voiced sound, without a click', () => {
  const ring = new PcmRing();
  const period = 300;
  ring.push(sine(9_000, period));
  const gained = ring.repeatPeriod();
  assert.ok(gained > 0 && gained % period === 0, `${gained} samples`);
  assert.equal(ring.fill, 9_000 + gained);
  const read = take(ring, 2_000);
  const expected = sine(2_000, period);
  for (let i = 0; i < read.length; i++) assert.ok(Math.abs(read[i] - expected[i]) < 1e-3);
});

test('a full ring has room for a repeated period', () => {
  const ring = new PcmRing();
  for (let i = 0; i < 6; i++) ring.push(sine(60_000, 300));
  const newest = ring.at(ring.write - 1);
  assert.ok(ring.repeatPeriod() > 0);
  assert.ok(ring.fill <= CAPACITY);
  assert.equal(ring.at(ring.write - 1), newest);
});

test('silence may be cut anywhere', () => {
  const ring = new PcmRing();
  ring.push(new Float32Array(5_000));
  assert.equal(ring.cutPeriod(), MAX_PERIOD);
});

test('sound without a pitch, or too little of it, is left as it is', () => {
  const ring = new PcmRing();
  ring.push(noise(9_000));
  assert.equal(ring.cutPeriod(), 0);
  assert.equal(ring.repeatPeriod(), 0);
  assert.equal(ring.fill, 9_000);

  const short = new PcmRing();
  short.push(sine(1_000, 300));
  assert.equal(short.cutPeriod(), 0);
  assert.equal(short.fill, 1_000);
});
