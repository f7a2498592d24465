/** While nothing answers, only one part of a page asks, and the others go when something has answered. */
import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { byUdp, stunPlaces } from '../../listener_web/player/ask-by-udp.js';
import { Asking } from '../../listener_web/shared/asking.js';
import { Reachable } from '../../listener_web/shared/reachable.js';

const TEN_MINUTES_MS = 600_000;
let asked;

const settle = () => new Promise((resolve) => setImmediate(resolve));

const pass = async (ms) => {
  for (let left = ms; left > 0; left -= 250) {
    mock.timers.tick(Math.min(250, left));
    await settle();
  }
};

/** A way to ask that is answered when the test says so. */
function way(name, quickRounds = 10) {
  const ask = (signal) =>
    new Promise((answer, fail) => {
      asked.push({ name, atMs: Date.now(), answer, fail, signal });
      signal.addEventListener('abort', () => fail(new Error('ended')));
    });
  return { ask, quickRounds };
}

function reachable(random = () => 0.5) {
  const network = new Reachable(random);
  network.askBy(new Asking({ socket: way('socket'), request: way('request') }));
  return network;
}

const named = (name) => asked.filter((one) => one.name === name);

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  asked = [];
});

test('while the server answers, everybody goes at once and nobody asks', () => {
  const network = reachable();
  let gone = 0;
  network.whenReached(() => gone++);
  network.answered();
  network.askNow();
  assert.deepEqual([gone, asked.length, network.silent], [1, 0, false]);
});

test('before a page can ask, nobody waits', () => {
  const network = new Reachable();
  let gone = 0;
  network.lost();
  network.whenReached(() => gone++);
  network.askNow();
  assert.deepEqual([gone, network.silent], [1, false]);
});

test('after silence all wait, one asks every two seconds, and an answer lets all go within 250 ms', async () => {
  const network = reachable();
  network.lost();
  assert.equal(asked.length, 0, 'nobody waits yet');
  const gone = [];
  network.whenReached(() => gone.push('sound'));
  network.whenReached(() => gone.push('captions'));
  network.whenReached(() => gone.push('nobody'))();
  network.lost();
  await pass(6_000);
  assert.deepEqual(named('socket').map(({ atMs }) => atMs), [0, 2_000, 4_000, 6_000]);
  assert.equal(named('request').length, 4);
  assert.ok(asked.slice(0, -2).every(({ signal }) => signal.aborted), 'what is not answered is ended');
  assert.deepEqual(gone, []);
  named('socket').at(-1).answer();
  await settle();
  await pass(250);
  assert.deepEqual(gone, ['sound', 'captions']);
  assert.ok(!network.silent);
  await pass(TEN_MINUTES_MS);
  assert.equal(asked.length, 8);
});

test('a request that fails is no answer, and a refused WebSocket is one', async () => {
  const sockets = [];
  globalThis.location = { href: 'https://x/e/talk' };
  globalThis.fetch = async () => {
    throw new TypeError('timed out');
  };
  globalThis.WebSocket = class {
    constructor(url) {
      this.url = url.href;
      sockets.push(this);
    }

    close() {
      this.closed = true;
    }
  };
  const network = new Reachable();
  network.askBy(new Asking());
  network.lost();
  network.whenReached(() => undefined);
  await pass(2_000);
  assert.ok(network.silent);
  assert.deepEqual([sockets.length, sockets[0].closed, sockets[1].url], [2, true, 'wss://x/healthz']);
  sockets[1].onerror();
  await settle();
  assert.ok(!network.silent);
});

test('WebSockets are spared after ten, and while the sound has its own', async () => {
  const network = reachable();
  network.lost();
  network.whenReached(() => undefined);
  await pass(60_000);
  assert.equal(named('socket').length, 16);
  network.mayOpenSockets = () => false;
  await pass(16_000);
  assert.equal(named('socket').length, 16);
  assert.ok(named('request').length > 16);
});

test('a part that knows a better way has it used until there is an answer', async () => {
  const network = reachable();
  network.lost();
  network.whenReached(() => undefined);
  network.lost(way('udp', 150));
  await pass(60_000);
  assert.equal(named('socket').length, 1);
  assert.ok(named('udp').length >= 29);
  named('udp').at(-1).answer();
  await settle();
  await pass(250);
  network.lost();
  network.whenReached(() => undefined);
  assert.equal(named('socket').length, 2);
});

test('a sign of a return asks at once, but not twice in a second', async () => {
  const network = reachable();
  network.lost();
  network.whenReached(() => undefined);
  await pass(500);
  network.askNow();
  assert.equal(named('socket').length, 1);
  await pass(750);
  network.askNow();
  assert.deepEqual(named('socket').map(({ atMs }) => atMs), [0, 1_250]);
});

test('nobody asks any more when nobody waits', async () => {
  const network = reachable();
  network.lost();
  const leave = network.whenReached(() => assert.fail('it has left'));
  leave();
  await pass(TEN_MINUTES_MS);
  assert.equal(named('socket').length, 1);
  network.whenReached(() => undefined);
  assert.equal(named('socket').length, 2);
});

test('a hall of phones does not ask for everything in one moment', async () => {
  const leftMs = [];
  for (let phone = 0; phone < 200; phone++) {
    const network = reachable(Math.random);
    network.lost();
    network.whenReached(() => leftMs.push(Date.now()));
  }
  for (const { name, answer } of asked) if (name === 'socket') answer();
  await settle();
  for (let ms = 0; ms < 250; ms += 10) mock.timers.tick(10);
  assert.equal(leftMs.length, 200);
  const busiest = Math.max(...leftMs.map((atMs) => leftMs.filter((other) => other === atMs).length));
  assert.ok(busiest < 50, `${busiest} within 10 ms`);
});

test('the places to ask by STUN are those of the answer', () => {
  const sdp = [
    'a=candidate:1 1 udp 2130706431 192.0.2.7 40001 typ host',
    'a=candidate:2 1 UDP 2130706175 2001:db8::7 40001 typ host',
    'a=candidate:1 1 udp 2130706431 192.0.2.7 40001 typ host',
    'a=candidate:3 1 tcp 1 192.0.2.7 9 typ host tcptype active',
  ].join('\r\n');
  assert.deepEqual(stunPlaces(sdp), ['stun:192.0.2.7:40001', 'stun:[2001:db8::7]:40001']);
  assert.deepEqual(stunPlaces(''), []);
});

test('an address that the server has seen is its answer by UDP', async () => {
  const made = [];
  globalThis.RTCPeerConnection = class {
    constructor({ iceServers }) {
      made.push(this);
      this.urls = iceServers[0].urls;
    }

    createDataChannel() {}

    async setLocalDescription() {}

    close() {
      this.closed = true;
    }
  };
  const ended = new AbortController();
  let answered = false;
  void byUdp(['stun:192.0.2.7:40001'])
    .ask(ended.signal)
    .then(() => (answered = true));
  const [connection] = made;
  assert.deepEqual(connection.urls, ['stun:192.0.2.7:40001']);
  connection.onicecandidate({ candidate: { type: 'host' } });
  connection.onicecandidate({ candidate: null });
  await settle();
  assert.ok(!answered);
  connection.onicecandidate({ candidate: { type: 'srflx' } });
  await settle();
  assert.ok(answered);
  ended.abort();
  assert.ok(connection.closed);
});
