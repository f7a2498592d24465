/** The worker that receives sound: when it connects again, changes channel, and gives up. */
import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';

const OPUS_MESSAGE = new Uint8Array(20);
OPUS_MESSAGE.set([1, 2]);
let sockets, posted, counted, played, decoders, position, serial;

class FakeSocket {
  closed = false;
  sent = [];

  constructor(url) {
    this.url = url;
    sockets.push(this);
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  say(type, channel) {
    this.onmessage({ data: JSON.stringify({ type, channel }) });
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

  constructor({ output, error }) {
    this.output = output;
    this.error = error;
    decoders.push(this);
  }

  configure() {
    this.state = 'configured';
  }

  decode() {}

  /** One packet of 60 ms is decoded. */
  decoded() {
    this.output({ numberOfFrames: 2_880, copyTo: () => undefined, close: () => undefined });
  }

  async flush() {}

  close() {
    this.state = 'closed';
  }
}

serial = 0;

/** A worker that has begun to connect. */
async function worker() {
  await import(`../../listener_web/player/worker.js?${serial++}`);
  const sink = { postMessage: (message) => played.push(message) };
  self.onmessage({ data: { type: 'open', url: 'ws://x/es', sink } });
  return {
    tell: (type) => self.onmessage({ data: { type } }),
    change: (channel) =>
      self.onmessage({
        data: { type: 'change', wish: { channel, url: `ws://x/${channel}`, backlog_ms: 240 } },
      }),
  };
}

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  [sockets, posted, counted, played, decoders, position] = [[], [], [], [], [], 0];
  const postMessage = (message) => {
    if (message.bytes) counted.push(message.bytes);
    else posted.push(message);
  };
  globalThis.self = { postMessage, setTimeout, close: () => undefined };
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

test('the first packet of each connection is told, and no other', async () => {
  await worker();
  const received = () => posted.filter((message) => message.received).length;
  sockets[0].onopen();
  assert.equal(received(), 0);
  sockets[0].bring();
  sockets[0].bring();
  assert.equal(received(), 1);
  sockets[0].onclose({ code: 1006 });
  mock.timers.tick(1_500);
  sockets[1].onopen();
  sockets[1].bring();
  assert.equal(received(), 2);
});

test('the return of the network ends the wait for the next attempt', async () => {
  const { tell } = await worker();
  sockets[0].onopen();
  sockets[0].bring();
  for (let attempt = 0; attempt < 6; attempt++) {
    sockets.at(-1).onclose({ code: 1006 });
    mock.timers.tick(1_500);
    assert.equal(sockets.length, attempt + 2, 'no wait is longer than 1.5 s');
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
  sockets[0].say('hello', 'es');
  sockets[0].bring();
  tell('retry');
  assert.equal(sockets.length, 1, 'it has just brought sound');
  mock.timers.tick(1_500);
  tell('retry');
  assert.deepEqual([sockets.length, sockets[0].closed], [2, true]);
  sockets[0].onclose({ code: 1006 });
  assert.deepEqual(states(), ['open'], 'the end of the old one is no loss');
});

test('after an outage an attempt that hangs is given up, and the next one follows at once', async () => {
  await worker();
  sockets[0].onopen();
  sockets[0].bring();
  mock.timers.tick(5_000);
  assert.deepEqual(states(), ['open', 'lost']);
  mock.timers.tick(300);
  assert.equal(sockets.length, 2);
  mock.timers.tick(2_000);
  assert.equal(sockets.length, 3);
  for (let attempt = 4; attempt < 9; attempt++) {
    mock.timers.tick(3_000);
    assert.equal(sockets.length, attempt, 'a lost network is asked every few seconds');
  }
});

test('an attempt may take twice as long as on the same network before', async () => {
  await worker();
  mock.timers.tick(4_500);
  assert.equal(sockets.length, 1, 'nothing is known of the network yet');
  sockets[0].onopen();
  sockets[0].bring();
  sockets[0].onclose({ code: 1006 });
  mock.timers.tick(300);
  assert.equal(sockets.length, 2);
  mock.timers.tick(8_500);
  assert.equal(sockets.length, 2);
  mock.timers.tick(500);
  assert.equal(sockets.length, 3);
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

test('an attempt that is too young to be given up gets one more second when the network returns', async () => {
  const { tell } = await worker();
  sockets[0].onopen();
  sockets[0].say('hello', 'es');
  sockets[0].bring();
  sockets[0].onclose({ code: 1006 });
  mock.timers.tick(300);
  assert.equal(sockets.length, 2);
  mock.timers.tick(500);
  tell('retry');
  assert.equal(sockets.length, 2);
  mock.timers.tick(1_000);
  assert.ok(sockets[1].closed);
  mock.timers.tick(1_500);
  assert.equal(sockets.length, 3);
});

/** A worker that plays `es`. */
async function playing() {
  const asked = await worker();
  sockets[0].onopen();
  sockets[0].say('hello', 'es');
  sockets[0].bring();
  decoders[0].decoded();
  [posted, played] = [[], []];
  return asked;
}

test('another channel comes by the same connection, with numbers and a decoder of its own', async () => {
  const { change } = await playing();
  change('fr');
  assert.deepEqual(sockets[0].sent, [{ channel: 'fr', backlog_ms: 240 }]);
  sockets[0].bring();
  sockets[0].say('changed', 'fr');
  assert.deepEqual(posted, [{ channel: 'fr', stream: 1 }]);
  position = 0;
  sockets[0].bring();
  decoders[1].decoded();
  decoders[0].decoded();
  assert.deepEqual(
    played.map(({ begin, stream, lost }) => begin ?? [stream, lost]),
    [1, [1, undefined], [0, 4_294_967_295 * 2_880], [0, undefined]],
    'what was in the old decoder is of the old channel',
  );
  mock.timers.tick(4_900);
  assert.equal(sockets.length, 1);
});

test('changes keep a distance, and only the last of those that wait is asked for', async () => {
  const { change } = await playing();
  for (const channel of ['fr', 'de', 'it']) change(channel);
  assert.deepEqual(sockets[0].sent.map(({ channel }) => channel), ['fr']);
  sockets[0].say('changed', 'fr');
  mock.timers.tick(250);
  assert.deepEqual(sockets[0].sent.map(({ channel }) => channel), ['fr', 'it']);
  sockets[0].say('changed', 'it');
  mock.timers.tick(1_000);
  assert.equal(sockets[0].sent.length, 2);
});

test('answers that cross end at the channel that was asked for last', async () => {
  const { change } = await playing();
  for (const channel of ['fr', 'de', 'fr']) {
    change(channel);
    if (channel === 'de') mock.timers.tick(250);
  }
  assert.deepEqual(sockets[0].sent.map(({ channel }) => channel), ['fr', 'de']);
  sockets[0].say('changed', 'fr');
  sockets[0].say('changed', 'de');
  mock.timers.tick(250);
  assert.equal(sockets[0].sent.at(-1).channel, 'fr');
  assert.equal(sockets[0].sent.length, 3);
});

test('what the server refuses is reported, and a new connection is to the channel that goes on', async () => {
  const { change } = await playing();
  change('xx');
  sockets[0].say('refused');
  assert.deepEqual(posted, [{ refused: 'xx' }]);
  mock.timers.tick(1_000);
  assert.equal(sockets[0].sent.length, 1, 'there is nothing to ask for');
  sockets[0].onclose({ code: 1006 });
  mock.timers.tick(300);
  assert.equal(sockets[1].url, 'ws://x/es');
});

test('a server that does not answer, and a lost connection, are asked by the address', async () => {
  const { change } = await playing();
  change('fr');
  sockets[0].bring();
  mock.timers.tick(3_500);
  assert.deepEqual([sockets[0].closed, sockets[1].url], [true, 'ws://x/fr']);
  sockets[1].say('hello', 'fr');
  assert.deepEqual(posted.at(-1), { channel: 'fr', stream: 1 });
  sockets[1].onclose({ code: 1006 });
  change('de');
  assert.equal(sockets[2].url, 'ws://x/de', 'without a wait');
});

test('the same channel on a new connection goes on with its numbers', async () => {
  await playing();
  sockets[0].onclose({ code: 1006 });
  mock.timers.tick(300);
  sockets[1].say('hello', 'es');
  assert.deepEqual(played, [{ rejoined: true }]);
  assert.deepEqual(posted.at(-1), { channel: 'es', stream: 0 });
});

test('received bytes are counted with the headers of their messages', async () => {
  const { tell } = await playing();
  const sum = () => counted.reduce((total, bytes) => total + bytes, 0);
  mock.timers.tick(2_000);
  sockets[0].bring();
  const before = sum();
  const reports = counted.length;
  for (let packet = 0; packet < 10; packet++) sockets[0].bring();
  assert.equal(counted.length, reports, 'the page is not told of every packet');
  sockets[0].onmessage({ data: new ArrayBuffer(126) });
  sockets[0].onmessage({ data: JSON.stringify('x'.repeat(123)) });
  tell('close');
  assert.equal(sum() - before, 10 * (OPUS_MESSAGE.length + 2) + 126 + 4 + 125 + 2);
});
