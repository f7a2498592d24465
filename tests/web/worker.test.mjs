/** The worker that receives sound: when it connects again, and when it gives up. */
import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';

const OPUS_MESSAGE = new Uint8Array(20);
OPUS_MESSAGE.set([1, 2]);
let sockets, posted, decoders, position, serial;

class FakeSocket {
  closed = false;

  constructor() {
    sockets.push(this);
  }

  close() {
    this.closed = true;
  }

  /** One packet, newer than those before. */
  bring() {
    const message = OPUS_MESSAGE.slice();
    position += 1_440;
    new DataView(message.buffer).setBigUint64(8, BigInt(position));
    this.onmessage({ data: message.buffer });
  }
}

class FakeDecoder {
  state = 'unconfigured';

  constructor({ error }) {
    this.error = error;
    decoders.push(this);
  }

  configure() {
    this.state = 'configured';
  }

  decode() {}

  close() {
    this.state = 'closed';
  }
}

serial = 0;

/** A worker that has begun to connect. */
async function worker() {
  await import(`../../listener_web/player/worker.js?${serial++}`);
  self.onmessage({ data: { type: 'open', url: 'ws://x', sink: { postMessage: () => undefined } } });
  return { tell: (type) => self.onmessage({ data: { type } }) };
}

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  [sockets, posted, decoders, position] = [[], [], [], 0];
  globalThis.self = { postMessage: (message) => posted.push(message), setTimeout, close: () => undefined };
  globalThis.WebSocket = FakeSocket;
  globalThis.AudioDecoder = FakeDecoder;
  globalThis.EncodedAudioChunk = class {};
  mock.method(console, 'warn', () => undefined);
});

const states = () => posted.flatMap(({ connection }) => connection ?? []);

test('a worker says that it runs before it is asked for anything', async () => {
  await worker();
  assert.deepEqual(posted, [{ started: true }]);
});

test('the return of the network ends the wait for the next attempt', async () => {
  const { tell } = await worker();
  sockets[0].onopen();
  sockets[0].bring();
  for (let attempt = 0; attempt < 6; attempt++) {
    sockets.at(-1).onclose({ code: 1006 });
    mock.timers.tick(2_000);
    assert.equal(sockets.length, attempt + 2, 'no wait is longer than 2 s');
  }
  sockets.at(-1).onclose({ code: 1006 });
  const before = sockets.length;
  mock.timers.tick(140);
  tell('retry');
  assert.equal(sockets.length, before, 'the last attempt is younger than a second');
  mock.timers.tick(1_000);
  sockets.at(-1).onclose({ code: 1006 });
  mock.timers.tick(900);
  tell('retry');
  assert.ok(sockets.length > before);
});

test('a connection that has stood still is replaced when the network returns', async () => {
  const { tell } = await worker();
  sockets[0].onopen();
  sockets[0].bring();
  tell('retry');
  assert.equal(sockets.length, 1, 'it has just brought sound');
  mock.timers.tick(1_500);
  tell('retry');
  assert.deepEqual([sockets.length, sockets[0].closed], [2, true]);
  sockets[0].onclose({ code: 1006 });
  assert.deepEqual(states(), ['open'], 'the end of the old one is no loss');
});

test('after an outage an attempt that hangs is given up sooner than the first one', async () => {
  await worker();
  mock.timers.tick(9_000);
  assert.equal(sockets.length, 1);
  sockets[0].onopen();
  sockets[0].bring();
  mock.timers.tick(5_000);
  assert.deepEqual(states(), ['open', 'lost']);
  mock.timers.tick(300);
  assert.equal(sockets.length, 2);
  mock.timers.tick(3_300);
  assert.deepEqual([sockets.length >= 3 || sockets[1].closed, states().at(-1)], [true, 'lost']);
});

test('an event that has ended is not connected to again', async () => {
  const { tell } = await worker();
  sockets[0].onopen();
  sockets[0].onclose({ code: 4000 });
  mock.timers.tick(60_000);
  tell('retry');
  assert.equal(sockets.length, 1);
  assert.deepEqual(states(), ['open', 'ended']);
});

test('a decoder that never decodes ends in an error that the page hears of', async () => {
  await worker();
  sockets[0].onopen();
  const fail = () => {
    sockets[0].bring();
    decoders.at(-1).state = 'closed';
    decoders.at(-1).error(new Error('no Opus here'));
  };
  for (let failure = 0; failure < 4; failure++) fail();
  assert.throws(fail, /no Opus here/);
});
