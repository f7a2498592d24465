/** The sound of the page before, while and after the player is loaded, and when it never is. */
import assert from 'node:assert/strict';
import { afterEach, mock, test } from 'node:test';
import { Sound } from '../../listener_web/attendee/sound.js';

mock.method(console, 'warn', () => undefined);

afterEach(() => mock.timers.reset());

class FakePlayer extends EventTarget {
  state = 'idle';
  transport = 'ws';
  volume = 1;
  calls = [];
  listen = (channel) => this.calls.push(['listen', channel]);
  switchTo = (channel) => this.calls.push(['switchTo', channel]);
  prefer = (transports) => this.calls.push(['prefer', transports]);
  element = null;
  context = null;
  stats = { fill_ms: 120 };
  prepare = (...transport) => this.calls.push(['prepare', ...transport]);
  reopen = () => this.calls.push(['reopen']);
  stop = () => this.calls.push(['stop']);
}

/** A player that the test brings or refuses when it likes. */
function sound() {
  const player = new FakePlayer();
  const asked = [];
  const made = new Sound(
    () => new Promise((bring, refuse) => asked.push({ bring: () => bring({ player, usable: () => ['http'] }), refuse })),
  );
  return { made, player, asked };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('a page that nobody listens on loads the player and prepares it', async () => {
  const { made, player, asked } = sound();
  void made.load();
  void made.load();
  assert.equal(asked.length, 1);
  assert.deepEqual([made.state, made.wanted, made.possible], ['idle', false, true]);
  made.setVolume(0.4);
  asked[0].bring();
  await settle();
  assert.deepEqual(player.calls, [['prepare']]);
  assert.equal(player.volume, 0.4);
});

test('a tap before the player is there is remembered, with the newest channel', async () => {
  const { made, player, asked } = sound();
  void made.load();
  made.listen('es');
  assert.deepEqual([made.state, made.wanted], ['starting', true]);
  made.switchTo('ar');
  asked[0].bring();
  await settle();
  assert.deepEqual(player.calls, [['listen', 'ar']]);
});

test('a tap that was taken back does not play', async () => {
  const { made, player, asked } = sound();
  made.listen('es');
  made.stop();
  asked[0].bring();
  await settle();
  assert.deepEqual(player.calls, [['prepare']]);
  assert.equal(made.wanted, false);
});

test('a reader is not told of a player that does not come, a listener is, and a tap tries again', async () => {
  const { made, player, asked } = sound();
  void made.load();
  asked[0].refuse(new TypeError('404'));
  await settle();
  assert.equal(made.state, 'idle');
  made.listen('es');
  asked[1].refuse(new TypeError('404'));
  await settle();
  assert.deepEqual([made.state, made.wanted, made.possible], ['failed', false, true]);
  made.listen('es');
  assert.equal(made.state, 'starting');
  asked[2].bring();
  await settle();
  assert.deepEqual(player.calls, [['listen', 'es']]);
});

test('a player that is held back for ever has failed', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const { made } = sound();
  made.listen('es');
  mock.timers.tick(60_000);
  await settle();
  assert.equal(made.state, 'failed');
});

test('a loaded player is passed every wish, and its changes are passed on', async () => {
  const { made, player, asked } = sound();
  void made.load();
  asked[0].bring();
  await settle();
  player.calls.length = 0;
  let changes = 0;
  made.addEventListener('change', () => changes++);
  player.state = 'playing';
  player.dispatchEvent(new Event('change'));
  assert.deepEqual([changes, made.state, made.wanted], [1, 'playing', true]);
  made.switchTo('ar');
  made.reopen();
  made.chooseTransport();
  made.stop();
  assert.deepEqual(player.calls, [['switchTo', 'ar'], ['reopen'], ['prefer', ['http']], ['stop']]);
  player.transport = null;
  assert.equal(made.possible, false);
});

test('the way to the ear is the buffer and what the loudspeaker adds, as far as the browser tells', async () => {
  const { made, player, asked } = sound();
  assert.deepEqual([made.bufferedMs, made.outputLatencyMs, made.playsLocked], [0, 0, false]);
  void made.load();
  asked[0].bring();
  await settle();
  assert.deepEqual([made.bufferedMs, made.outputLatencyMs], [120, 0]);
  player.context = { outputLatency: 0.25 };
  assert.deepEqual([made.bufferedMs, made.outputLatencyMs], [120, 250]);
  player.context = {};
  assert.equal(made.outputLatencyMs, 0, 'an older Safari does not know it');
  player.context = { outputLatency: 0.25 };
  player.element = { buffered: { length: 1, end: () => 7 }, currentTime: 4 };
  assert.deepEqual([made.bufferedMs, made.outputLatencyMs], [3_000, 0]);
});

test('sound for a locked screen is prepared, and known', async () => {
  const { made, player, asked } = sound();
  made.prepareLocked();
  void made.load();
  asked[0].bring();
  await settle();
  made.prepareLocked();
  assert.deepEqual(player.calls, [['prepare'], ['prepare', 'http']]);
  assert.equal(made.playsLocked, false);
  player.transport = 'http';
  assert.equal(made.playsLocked, true);
});
