/** The buffer follows the network: up at once, down within 30 s. In virtual time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChannelPlayer } from '../../listener_web/player/channel-player.js';
import { DelayEstimate, MAX_TARGET_MS, MIN_TARGET_MS } from '../../listener_web/player/delay-estimate.js';
import { SOURCE_HZ } from '../../listener_web/player/jitter-buffer.js';
import { arrivals, PACKET_MS, played, random } from './network-model.mjs';

const MINUTE_MS = 60_000;
/** The window, and the time to play what is too much. */
const NORMAL_AGAIN_MS = 30_000;

const run = (ms, delay_ms) => played(new ChannelPlayer(SOURCE_HZ), arrivals(ms, delay_ms));
const after = (history, ms) => history.filter(({ now_ms }) => now_ms >= ms);
const highest = (history, what) => Math.max(...history.map((each) => each[what]));

test('a clean network needs 100 ms at most, and never runs dry', () => {
  const chance = random(1);
  const history = run(5 * MINUTE_MS, () => 20 + 10 * chance());
  assert.equal(history.at(-1).underruns, 0);
  assert.ok(highest(history, 'target_ms') <= 160, 'from the beginning');
  const settled = after(history, 20_000);
  assert.ok(highest(settled, 'target_ms') <= 100, `${highest(settled, 'target_ms')} ms`);
  assert.ok(highest(settled, 'fill_ms') <= 180, `${highest(settled, 'fill_ms')} ms wait`);
  assert.equal(history.at(-1).skipped_ms, 0);
});

test('bursts of a Wi-Fi of 300 ms cost one gap, then none', () => {
  const history = run(2 * MINUTE_MS, (_, sent_ms) => {
    const since_ms = sent_ms % 5_000;
    return 10 + (sent_ms > 20_000 && since_ms < 300 ? 300 - since_ms : 0);
  });
  const [first] = after(history, 20_700);
  assert.ok(first.target_ms >= 300, `it rises at once, to ${first.target_ms} ms`);
  assert.ok(history.at(-1).underruns <= 1, `${history.at(-1).underruns} gaps`);
  assert.ok(highest(history, 'target_ms') < 450);
});

test('a stall of 1 s is covered when it comes again, and forgotten when it does not', () => {
  const stalls_ms = [20_000, 30_000];
  const history = run(90_000, (_, sent_ms) => {
    const stall_ms = stalls_ms.find((at) => sent_ms >= at && sent_ms < at + 1_000);
    return 10 + (stall_ms === undefined ? 0 : stall_ms + 1_000 - sent_ms);
  });
  assert.ok(highest(history, 'target_ms') > 1_000);
  assert.equal(history.at(-1).underruns, 1);
  const settled = after(history, 31_000 + NORMAL_AGAIN_MS);
  assert.ok(highest(settled, 'fill_ms') <= 180, `${highest(settled, 'fill_ms')} ms wait`);
  assert.equal(history.at(-1).skipped_ms, 0, 'nothing that was said is left out');
});

test('a stall of 2 s is longer than any buffer: it is caught up, not prepared for', () => {
  const history = run(90_000, (_, sent_ms) =>
    sent_ms >= 20_000 && sent_ms < 22_000 ? 22_010 - sent_ms : 10,
  );
  assert.ok(highest(after(history, 20_000), 'target_ms') <= 100);
  assert.equal(history.at(-1).underruns, 1);
  assert.equal(history.at(-1).skipped_ms, 0, 'nothing that was said is left out');
  const settled = after(history, 22_000 + NORMAL_AGAIN_MS);
  assert.ok(highest(settled, 'fill_ms') <= 180, `${highest(settled, 'fill_ms')} ms wait`);
});

for (const share of [0.02, 0.1]) {
  test(`stalls of ${100 * share} % of the packets become rare gaps`, () => {
    const chance = random(11);
    const history = run(3 * MINUTE_MS, () =>
      chance() < share ? 10 - 100 * Math.log(1 - chance()) : 10,
    );
    const { underruns } = history.at(-1);
    const learned = after(history, 20_000);
    assert.ok(underruns - learned[0].underruns <= 8, `${underruns} gaps in three minutes`);
    assert.ok(highest(history, 'target_ms') < 800, `${highest(history, 'target_ms')} ms`);
  });
}

test('a network that is slower from now on is no jitter after the window', () => {
  const history = run(60_000, (_, sent_ms) => (sent_ms > 20_000 ? 400 : 10));
  assert.ok(highest(after(history, 20_000), 'target_ms') > 400);
  assert.equal(history.at(-1).target_ms, 80);
});

test('a clock that drifts is followed', () => {
  const history = run(5 * MINUTE_MS, (_, sent_ms) => 10 + sent_ms * 2e-4);
  assert.equal(history.at(-1).underruns, 0);
  assert.ok(highest(after(history, 20_000), 'target_ms') <= 100);
});

/** An estimate that has seen a clean network for a while. */
function settled() {
  const estimate = new DelayEstimate();
  for (let ms = 0; ms < 20_000; ms += PACKET_MS) {
    estimate.arrive(PACKET_MS);
    estimate.elapse(PACKET_MS);
  }
  assert.equal(estimate.target, MIN_TARGET_MS);
  return estimate;
}

test('a backlog is not late, and neither is sound after a change or a long pause', () => {
  const estimate = settled();
  for (const pause_ms of [700, 0]) {
    estimate.elapse(pause_ms);
    estimate.restart();
    for (let i = 0; i < 4; i++) estimate.arrive(PACKET_MS);
    estimate.elapse(PACKET_MS);
    estimate.arrive(PACKET_MS);
    assert.equal(estimate.target, MIN_TARGET_MS);
    estimate.elapse(PACKET_MS);
  }
  estimate.elapse(5_000);
  estimate.arrive(PACKET_MS);
  assert.equal(estimate.target, MIN_TARGET_MS);
});

test('a restart keeps what the network was like', () => {
  const estimate = settled();
  estimate.elapse(300);
  estimate.arrive(PACKET_MS);
  const { target } = estimate;
  assert.ok(target > 300);
  estimate.restart();
  estimate.arrive(PACKET_MS);
  assert.equal(estimate.target, target);
});

test('the target has a limit', () => {
  const estimate = settled();
  estimate.elapse(1_139);
  estimate.arrive(PACKET_MS);
  assert.equal(estimate.target, MAX_TARGET_MS);
});
