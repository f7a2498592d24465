/** The meter of data, the modes of using it, and the signs of a bad network. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DATA_MODES, dataModeOf, withDataMode } from '../../listener_web/data/data-mode.js';
import { DataUse, amountOf } from '../../listener_web/data/data-use.js';
import { NetworkTrouble } from '../../listener_web/data/network-trouble.js';

/** A meter with a reading every five seconds. */
function metered(bytesPerSecond, seconds) {
  const use = new DataUse();
  for (let at = 0; at <= seconds; at += 5) use.add(1_000 * at, bytesPerSecond * at);
  return use;
}

test('before anything is known nothing is said of an hour', () => {
  const use = new DataUse();
  assert.deepEqual([use.bytes, use.bytesPerHour], [0, null]);
  use.add(0, 100);
  use.add(10_000, 900);
  assert.deepEqual([use.bytes, use.bytesPerHour], [900, null]);
});

test('the rate is that of the last minute', () => {
  const use = metered(2_500, 600);
  assert.equal(use.bytesPerHour, 9e6);
  for (let at = 605; at <= 700; at += 5) use.add(1_000 * at, 2_500 * 600);
  assert.deepEqual([use.bytes, use.bytesPerHour], [1_500_000, 0]);
});

test('a page that was asleep has a rate at once', () => {
  const use = metered(1_000, 60);
  use.add(660_000, 660_000);
  assert.equal(use.bytesPerHour, 3.6e6);
});

test('of hours a few readings are kept', () => {
  const use = metered(1, 8 * 3_600);
  use.restart();
  assert.deepEqual([use.bytes, use.bytesPerHour], [28_800, null]);
});

test('an amount is written as its language writes it', () => {
  assert.equal(amountOf(4_230_000, 'en'), '4.2 MB');
  assert.equal(amountOf(412_345_678, 'en'), '412 MB');
  assert.match(amountOf(4_230_000, 'de'), /^4,2\sMB$/);
  assert.equal(amountOf(0, 'en'), '0 MB');
});

test('a mode is a part of the choice, and the way back leads to the sound there was', () => {
  const choice = { captionsOnly: false, lessData: false };
  for (const mode of DATA_MODES) assert.equal(dataModeOf(withDataMode(choice, mode)), mode);
  const less = withDataMode(choice, 'less');
  const captions = withDataMode(less, 'captions');
  assert.equal(dataModeOf({ ...captions, captionsOnly: false }), 'less');
  assert.equal(dataModeOf(withDataMode(captions, 'normal')), 'normal');
});

const GOOD = { underruns: 0, skipped_packets: 0, target_ms: 80 };

test('a good network is not in trouble, nor is one that stalls now and then', () => {
  const trouble = new NetworkTrouble();
  for (let second = 0; second < 3_600; second += 5) {
    const stats = { ...GOOD, underruns: 12 + Math.floor(second / 45), target_ms: 600 };
    assert.equal(trouble.look(1_000 * second, stats, undefined), false, `after ${second} s`);
  }
});

test('gaps that follow each other are trouble, however they are noticed', () => {
  const gaps = [
    (round) => ({ ...GOOD, underruns: round }),
    (round) => ({ ...GOOD, skipped_packets: 40 * round }),
  ];
  for (const stats of gaps) {
    const trouble = new NetworkTrouble();
    const looks = [0, 1, 2, 3].map((round) => trouble.look(15_000 * round, stats(round), {}));
    assert.deepEqual(looks, [false, false, false, true]);
  }
  const both = new NetworkTrouble();
  const stats = (round) => ({ ...GOOD, underruns: round, skipped_packets: 30 * round });
  assert.deepEqual([0, 1, 2].map((round) => both.look(1_000 * round, stats(round))), [false, false, false]);
});

test('a buffer at its most is trouble when it stays there', () => {
  const trouble = new NetworkTrouble();
  const full = { ...GOOD, target_ms: 1_200 };
  assert.equal(trouble.look(0, full), false);
  assert.equal(trouble.look(15_000, GOOD), false);
  assert.equal(trouble.look(20_000, full), false);
  assert.equal(trouble.look(39_000, full), false);
  assert.equal(trouble.look(40_000, full), true);
  trouble.reset();
  assert.equal(trouble.look(41_000, full), false);
});

test('a browser that saves data, or calls its network slow, is believed', () => {
  const look = (connection) => new NetworkTrouble().look(0, GOOD, connection);
  assert.equal(look({ saveData: true }), true);
  assert.equal(look({ saveData: false, effectiveType: '2g' }), true);
  assert.equal(look({ effectiveType: 'slow-2g' }), true);
  assert.equal(look({ saveData: false, effectiveType: '3g' }), false);
});
