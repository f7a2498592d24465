/** The worker that feeds the browser's own player: when it connects again, and where its sound begins. */
import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';

let asked, posted, buffers, serial;
serial = 0;

class FakeBuffer {
  updating = false;
  buffered = { length: 0, end: () => this.until, start: () => 0 };
  until = 0;
  aborted = 0;

  appendBuffer(bytes) {
    this.updating = true;
    this.bytes = bytes;
  }

  abort() {
    this.aborted += 1;
  }

  /** What was given to it lasts until this time. */
  take(until) {
    this.until = until;
    this.buffered.length = 1;
    this.updating = false;
    this.onupdateend();
  }
}

class FakeSource {
  handle = 'handle';
  readyState = 'open';

  constructor() {
    sources.push(this);
  }

  addSourceBuffer() {
    const buffer = new FakeBuffer();
    buffers.push(buffer);
    return buffer;
  }
}
let sources;

/** An answer of the server, whose body brings what it is told. */
class Answer {
  constructor({ signal }) {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    signal.addEventListener('abort', () => {
      this.aborted = true;
      this.fail();
    });
  }

  begin() {
    const body = new ReadableStream({ start: (controller) => (this.stream = controller) });
    this.resolve(new Response(body));
    return settled();
  }

  refuse(status, error, retryAfter) {
    this.resolve(Response.json({ error }, { status, headers: { 'Retry-After': retryAfter } }));
    return settled();
  }

  bring(bytes = 1) {
    this.stream.enqueue(new Uint8Array(bytes));
    return settled();
  }

  fail() {
    this.reject(new TypeError('no network'));
    try {
      this.stream?.error(new TypeError('no network'));
    } catch {
      // It is closed.
    }
    return settled();
  }

  end() {
    this.stream.close();
    return settled();
  }
}

/** Promises that are settled have been heard of. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

async function feeder() {
  await import(`../../listener_web/player/fed/feeder.js?${serial++}`);
  self.onmessage({ data: { type: 'open', url: 'http://x/es.mp3' } });
  return (type, more = {}) => self.onmessage({ data: { type, ...more } });
}

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  [asked, posted, buffers, sources] = [[], [], [], []];
  globalThis.self = { postMessage: (message) => posted.push(message), setTimeout, close: () => undefined };
  globalThis.MediaSource = FakeSource;
  globalThis.fetch = (url, init) => {
    const answer = new Answer(init);
    asked.push(answer);
    return answer.promise;
  };
});

const told = (name) => posted.flatMap((message) => (name in message ? [message[name]] : []));

test('sound is given to the player in order, one piece after the other', async () => {
  await feeder();
  assert.deepEqual(told('handle'), ['handle']);
  await asked[0].begin();
  await asked[0].bring(3);
  sources[0].onsourceopen();
  assert.equal(sources[0].duration, Infinity);
  const [buffer] = buffers;
  assert.equal(buffer.bytes.length, 3);
  await asked[0].bring(4);
  await asked[0].bring(5);
  assert.equal(buffer.bytes.length, 3, 'it has not taken the first one yet');
  buffer.take(0.3);
  assert.equal(buffer.bytes.length, 4);
  buffer.take(0.7);
  assert.equal(buffer.bytes.length, 5);
  assert.deepEqual([told('begins'), told('until'), told('bytes')], [[0], [0.3, 0.7], [3, 4, 5]]);
});

test('a lost connection is replaced soon, and the page learns where its sound begins', async () => {
  await feeder();
  sources[0].onsourceopen();
  await asked[0].begin();
  await asked[0].bring();
  buffers[0].take(1.2);
  await asked[0].fail();
  assert.deepEqual(told('connection'), ['open', 'lost']);
  mock.timers.tick(300);
  assert.equal(asked.length, 2);
  await asked[1].begin();
  await asked[1].bring();
  assert.deepEqual(told('begins'), [0, 1.2]);
  assert.equal(buffers[0].aborted, 2, 'the half of a frame is forgotten');
});

test('a response that ends, or brings nothing for 3 s, is asked for again', async () => {
  await feeder();
  await asked[0].begin();
  await asked[0].bring();
  await asked[0].end();
  mock.timers.tick(300);
  assert.equal(asked.length, 2);
  await asked[1].begin();
  await asked[1].bring();
  mock.timers.tick(2_900);
  assert.ok(!asked[1].aborted);
  mock.timers.tick(100);
  assert.ok(asked[1].aborted);
  mock.timers.tick(0);
  assert.equal(asked.length, 3);
});

test('a lost network is asked again at once when it may be back, but not twice in a second', async () => {
  const tell = await feeder();
  await asked[0].begin();
  await asked[0].bring();
  tell('retry');
  mock.timers.tick(0);
  assert.equal(asked.length, 1, 'it has just brought something');
  mock.timers.tick(1_500);
  tell('retry');
  mock.timers.tick(0);
  assert.equal(asked.length, 2);
  assert.ok(asked[0].aborted);
  tell('retry');
  mock.timers.tick(0);
  assert.equal(asked.length, 2);
});

test('an attempt that nobody answers is given up sooner than the first one', async () => {
  await feeder();
  await asked[0].begin();
  await asked[0].bring();
  await asked[0].fail();
  mock.timers.tick(300);
  for (const waitMs of [2_000, 3_000, 3_000]) {
    const before = asked.length;
    mock.timers.tick(waitMs - 1);
    assert.equal(asked.length, before);
    mock.timers.tick(1);
    mock.timers.tick(0);
    assert.equal(asked.length, before + 1);
  }
});

test('after a refusal it waits until it is told', async () => {
  const tell = await feeder();
  await asked[0].refuse(503, 'too_many_listeners', '7');
  assert.deepEqual(told('refused'), [{ status: 503, error: 'too_many_listeners', retryAfterMs: 7_000 }]);
  mock.timers.tick(60_000);
  assert.equal(asked.length, 1);
  tell('again', { waitMs: 500 });
  mock.timers.tick(499);
  assert.equal(asked.length, 1);
  mock.timers.tick(1);
  assert.equal(asked.length, 2);
});

test('nothing is asked for after it was closed', async () => {
  const tell = await feeder();
  await asked[0].begin();
  tell('close');
  await settled();
  mock.timers.tick(60_000);
  assert.equal(asked.length, 1);
  assert.ok(asked[0].aborted);
});
