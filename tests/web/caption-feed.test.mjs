/** Captions reach the page by the stream, or by polling where the stream is held back: each once. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { isNewer } from '../../listener_web/captions/caption-ids.js';
import { Asking } from '../../listener_web/shared/asking.js';
import { network } from '../../listener_web/shared/reachable.js';

const LIVE = { state: 'live', floor: 'speaking', channel: 'live' };
const ADDRESSES = {
  stream: '/e/talk/captions/es',
  poll: '/e/talk/poll/es',
  history: '/e/talk/captions/es/history',
};
const FIRST = '?newest=40';
let sources, requests, answers, serial;

class FakeEventSource extends EventTarget {
  static CLOSED = 2;
  readyState = 0;

  constructor(url) {
    super();
    this.url = url;
    sources.push(this);
  }

  open() {
    this.readyState = 1;
    this.onopen();
  }

  caption(id, text) {
    const event = new Event('caption');
    this.dispatchEvent(Object.assign(event, { lastEventId: id, data: JSON.stringify({ text }) }));
  }

  state(state = LIVE) {
    this.dispatchEvent(Object.assign(new Event('state'), { data: JSON.stringify(state) }));
  }

  close() {
    this.readyState = FakeEventSource.CLOSED;
  }
}

const polled = (after, texts, more = {}) => ({
  state: LIVE,
  before: '0-0',
  after,
  more: false,
  captions: texts.map((text) => ({ text })),
  ...more,
});

/** Let promises settle; no time passes. */
const settle = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

const pass = async (ms) => {
  for (let left = ms; left > 0; left -= 250) {
    mock.timers.tick(Math.min(250, left));
    await settle();
  }
};

/** A feed with what it told; every test has a module of its own, which remembers held streams. */
async function feed(other) {
  const { CaptionFeed } =
    other ?? (await import(`../../listener_web/captions/caption-feed.js?${serial++}`));
  const told = { captions: [], states: [], connections: [], histories: [] };
  const made = new CaptionFeed(ADDRESSES, {
    caption: ({ text }) => told.captions.push(text),
    state: (state) => told.states.push(state),
    connection: (open) => told.connections.push(open),
    history: (history) => told.histories.push(history),
  });
  return { ...told, made, CaptionFeed };
}

serial = 0;

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  [sources, requests, answers] = [[], [], []];
  globalThis.EventSource = FakeEventSource;
  globalThis.fetch = async (url) => {
    requests.push(String(url));
    const answer = answers.shift() ?? polled(new URL(url, 'http://x').searchParams.get('after') ?? '0-0', []);
    if (answer === 'fails') throw new TypeError('no network');
    return { ok: true, json: async () => answer };
  };
});

network.askBy(new Asking());

afterEach(() => {
  network.answered();
  mock.timers.reset();
});

test('a page whose stream flows does not poll', async () => {
  const { captions, connections } = await feed();
  sources[0].open();
  assert.deepEqual(connections, [], 'an open connection is no flow of data');
  sources[0].state();
  sources[0].caption('1-0', 'one');
  for (let keepalive = 0; keepalive < 10; keepalive++) {
    await pass(15_000);
    sources[0].state();
  }
  assert.deepEqual(captions, ['one']);
  assert.deepEqual(requests, []);
  assert.equal(sources.length, 1);
  assert.ok(connections.every(Boolean));
});

test('a stream that opens and brings nothing is replaced by polling within 5 s', async () => {
  const { captions, connections, states } = await feed();
  sources[0].open();
  answers.push(polled('2-0', ['one', 'two']), polled('3-0', ['three']));
  await pass(4_000);
  assert.deepEqual(captions, ['one', 'two']);
  assert.equal(sources[0].readyState, FakeEventSource.CLOSED);
  await pass(1_000);
  assert.deepEqual(captions, ['one', 'two', 'three']);
  assert.deepEqual(requests.slice(0, 2), [`${ADDRESSES.poll}${FIRST}`, `${ADDRESSES.poll}?after=2-0`]);
  assert.deepEqual(connections.slice(0, 1), [true]);
  assert.deepEqual(states[0], LIVE);
});

test('a stream that does not even open is replaced too', async () => {
  const { captions } = await feed();
  answers.push(polled('1-0', ['one']));
  await pass(10_000);
  assert.deepEqual(captions, ['one']);
});

test('long answers are read page by page without a pause', async () => {
  const { captions } = await feed();
  sources[0].open();
  answers.push(polled('1-0', ['one'], { more: true }), polled('2-0', ['two'], { more: true }));
  answers.push(polled('3-0', ['three']));
  await pass(4_750);
  assert.deepEqual(captions, ['one', 'two', 'three']);
});

test('the stream is tried again from the last caption, and ends the polling when it flows', async () => {
  const { captions } = await feed();
  sources[0].open();
  answers.push(polled('2-5', ['one', 'two']));
  await pass(4_000 + 30_000);
  assert.equal(sources.length, 2);
  assert.equal(sources[1].url, `${ADDRESSES.stream}?after=2-5`);
  sources[1].open();
  sources[1].state();
  await pass(2_000);
  const asked = requests.length;
  sources[1].caption('2-5', 'two');
  sources[1].caption('2-10', 'three');
  await pass(10_000);
  assert.equal(requests.length, asked);
  assert.deepEqual(captions, ['one', 'two', 'three']);
});

test('an answer that the stream has overtaken is not shown', async () => {
  const { captions } = await feed();
  sources[0].open();
  await pass(34_000);
  sources[1].open();
  let answer;
  globalThis.fetch = () => new Promise((resolve) => (answer = resolve));
  await pass(1_250);
  sources[1].caption('5-0', 'five');
  answer({ ok: true, json: async () => polled('5-0', ['five']) });
  await settle();
  assert.deepEqual(captions, ['five']);
});

test('a stream that stops after its beginning is opened again once, then left alone for minutes', async () => {
  await feed();
  sources[0].open();
  sources[0].state();
  await pass(35_000);
  assert.ok(requests.length > 0, 'captions come by polling at once');
  await pass(1_000);
  assert.equal(sources.length, 2);
  sources[1].open();
  sources[1].state();
  const asked = requests.length;
  await pass(35_000);
  await pass(200_000);
  assert.equal(sources.length, 2);
  assert.ok(requests.length > asked + 150);
  await pass(101_000);
  assert.equal(sources.length, 3);
});

test('streams that lived for long and stopped are opened again at once, each time', async () => {
  await feed();
  for (let sleep = 0; sleep < 4; sleep++) {
    sources[sleep].open();
    sources[sleep].state();
    await pass(15_000);
    sources[sleep].state();
    await pass(36_000);
    assert.equal(sources.length, sleep + 2);
  }
});

test('another channel is polled at once where streams are held back', async () => {
  const first = await feed();
  sources[0].open();
  await pass(4_000);
  first.made.close();
  const asked = requests.length;
  answers.push(polled('1-0', ['uno']));
  const second = await feed(first);
  await settle();
  assert.equal(requests.length, asked + 1);
  assert.deepEqual(second.captions, ['uno']);
});

test('polls that fail are tried again, and the page is told', async () => {
  const { captions, connections } = await feed();
  sources[0].open();
  answers.push('fails', 'fails', polled('1-0', ['one']));
  await pass(4_000 + 4_000);
  assert.deepEqual(connections.slice(0, 3), [false, false, true]);
  assert.deepEqual(captions, ['one']);
});

test('polling ends with the event and with the feed', async () => {
  const { states } = await feed();
  sources[0].open();
  answers.push(polled('1-0', [], { state: { ...LIVE, state: 'closed' } }));
  await pass(4_000);
  const asked = requests.length;
  await pass(400_000);
  assert.equal(requests.length, asked);
  assert.equal(sources.length, 1);
  assert.equal(states.at(-1).state, 'closed');
});

test('a cut stream is reconnected by the browser, and then it flows again', async () => {
  const { connections, captions } = await feed();
  sources[0].open();
  sources[0].caption('1-0', 'one');
  sources[0].readyState = 0;
  sources[0].onerror();
  assert.equal(connections.at(-1), false);
  await pass(3_000);
  sources[0].open();
  sources[0].caption('1-0', 'one');
  sources[0].caption('2-0', 'two');
  assert.equal(connections.at(-1), true);
  assert.deepEqual(captions, ['one', 'two']);
  assert.deepEqual(requests, []);
});

test('the return of the network opens a stream that has stood still again, from the last caption', async () => {
  const { made, connections, captions } = await feed();
  sources[0].open();
  sources[0].caption('1-0', 'one');
  made.retryNow();
  await pass(250);
  assert.equal(sources.length, 1, 'something has just come');
  await pass(2_000);
  made.retryNow();
  await pass(250);
  assert.equal(sources.length, 2);
  assert.equal(sources[0].readyState, FakeEventSource.CLOSED);
  assert.equal(sources[1].url, `${ADDRESSES.stream}?after=1-0`);
  made.retryNow();
  await pass(250);
  assert.equal(sources.length, 2, 'it has just been opened');
  sources[1].open();
  sources[1].caption('2-0', 'two');
  assert.deepEqual(captions, ['one', 'two']);
  assert.ok(connections.every(Boolean), 'nobody is told of a loss');
});

test('the return of the network ends the wait for a stream that was refused', async () => {
  const { made, connections } = await feed();
  for (let refusal = 0; refusal < 6; refusal++) {
    sources.at(-1).readyState = FakeEventSource.CLOSED;
    sources.at(-1).onerror();
    await pass(3_000);
  }
  const before = sources.length;
  sources.at(-1).readyState = FakeEventSource.CLOSED;
  sources.at(-1).onerror();
  await pass(1_000);
  made.retryNow();
  await pass(250);
  assert.ok(sources.length > before);
  assert.equal(connections.at(-1), false);
});

test('the return of the network ends the wait of a page that polls', async () => {
  const { made, captions } = await feed();
  sources[0].open();
  answers.push('fails', 'fails', 'fails', 'fails', polled('1-0', ['one']));
  await pass(4_000 + 4_000);
  const asked = requests.length;
  made.retryNow();
  await settle();
  assert.equal(requests.length, asked + 1);
  made.retryNow();
  await settle();
  assert.deepEqual(captions, ['one']);
});

test('a feed of an event that is over asks for nothing when the network returns', async () => {
  const { made } = await feed();
  sources[0].open();
  sources[0].state({ ...LIVE, state: 'closed' });
  sources[0].onerror();
  await pass(60_000);
  made.retryNow();
  await pass(60_000);
  assert.equal(sources.length, 1);
});

for (const [id, last, newer] of [
  ['1-0', '', true],
  ['1-0', '0-0', true],
  ['1-0', '1-0', false],
  ['1-10', '1-9', true],
  ['1-9', '1-10', false],
  ['10-0', '9-99', true],
  ['9-99', '10-0', false],
]) {
  test(`${id} after ${last || 'nothing'}`, () => assert.equal(isNewer(id, last), newer));
}

test('a feed begins with the newest captions, and knows where the earlier ones are', async () => {
  const { histories, captions } = await feed();
  assert.equal(sources[0].url, `${ADDRESSES.stream}${FIRST}`);
  sources[0].open();
  sources[0].caption('7-0', 'seven');
  sources[0].caption('8-0', 'eight');
  assert.equal(histories.length, 1);
  answers.push(polled('', ['five', 'six'], { before: '5-0', more: true }));
  const earlier = await histories[0].older(2);
  assert.deepEqual(requests, [`${ADDRESSES.history}?limit=2&before=7-0`]);
  assert.deepEqual([...earlier.map(({ text }) => text), ...captions], ['five', 'six', 'seven', 'eight']);
  assert.equal(histories[0].more, true);
  answers.push(polled('', [], { before: '0-0' }));
  await histories[0].older();
  assert.equal(requests.at(-1), `${ADDRESSES.history}?limit=100&before=5-0`);
  assert.equal(histories[0].more, false);
});

test('captions that came with the page are not asked for, and the stream goes on after them', async () => {
  const came = polled('9-0', ['eight', 'nine'], { before: '8-0' });
  const script = {
    dataset: { answer: `${ADDRESSES.poll}${FIRST}` },
    text: JSON.stringify(came),
    remove: () => (globalThis.document = { scripts: [] }),
  };
  globalThis.document = { scripts: [script] };
  const first = await feed();
  const { captions, connections, histories, states } = first;
  assert.deepEqual(captions, ['eight', 'nine']);
  assert.deepEqual(connections, [], 'nothing has come over the network yet');
  assert.equal(sources[0].url, `${ADDRESSES.stream}?after=9-0`);
  assert.equal(histories[0].more, true);
  assert.deepEqual(states, [LIVE]);
  sources[0].open();
  sources[0].caption('9-0', 'nine');
  sources[0].caption('10-0', 'ten');
  assert.deepEqual(captions, ['eight', 'nine', 'ten']);
  await feed(first);
  assert.equal(sources[1].url, `${ADDRESSES.stream}${FIRST}`, 'an answer is used once');
  delete globalThis.document;
});

test('a page of an event that is over opens no stream', async () => {
  const came = polled('1-0', ['one'], { state: { ...LIVE, state: 'closed' } });
  const answer = `${ADDRESSES.poll}${FIRST}`;
  globalThis.document = { scripts: [{ dataset: { answer }, text: JSON.stringify(came), remove() {} }] };
  const { captions, connections } = await feed();
  delete globalThis.document;
  assert.deepEqual([captions, connections, sources], [['one'], [true], []]);
});

test('bytes are counted as they were written, of all feeds together', async () => {
  const module = await import(`../../listener_web/captions/caption-feed.js?${serial++}`);
  await feed(module);
  sources[0].open();
  sources[0].state();
  sources[0].caption('1-0', 'Água');
  const state = `event: state\ndata: ${JSON.stringify(LIVE)}\n\n`;
  const caption = 'id: 1-0\nevent: caption\ndata: {"text":"Água"}\n\n';
  assert.equal(module.CaptionFeed.receivedBytes, state.length + caption.length + 1);
});

test('a feed that is paused receives nothing, and then everything that was missed', async () => {
  const { made, captions, connections } = await feed();
  sources[0].open();
  sources[0].caption('1-0', 'one');
  made.pause();
  assert.equal(sources[0].readyState, FakeEventSource.CLOSED);
  made.retryNow();
  await pass(600_000);
  assert.deepEqual([sources.length, requests.length], [1, 0], 'nobody looks, so nothing is asked');
  made.resume();
  await pass(250);
  assert.equal(sources.length, 2);
  assert.equal(sources[1].url, `${ADDRESSES.stream}?after=1-0`);
  sources[1].open();
  sources[1].caption('2-0', 'two');
  assert.deepEqual(captions, ['one', 'two']);
  assert.ok(connections.every(Boolean), 'nobody is told of a loss');
  made.resume();
  await pass(250);
  assert.equal(sources.length, 2, 'it was not paused');
});

test('a feed that polls is paused, too, and polls on', async () => {
  const { made, captions } = await feed();
  sources[0].open();
  answers.push(polled('1-0', ['one']));
  await pass(4_000);
  made.pause();
  const asked = requests.length;
  await pass(600_000);
  assert.deepEqual([sources.length, requests.length], [1, asked]);
  answers.push(polled('2-0', ['two']));
  made.resume();
  await pass(250);
  assert.equal(requests.at(asked), `${ADDRESSES.poll}?after=1-0`);
  assert.deepEqual(captions, ['one', 'two']);
});

test('an answer that comes after the pause began is asked for again', async () => {
  const { made, captions } = await feed();
  sources[0].open();
  let answer;
  globalThis.fetch = () => new Promise((resolve) => (answer = resolve));
  await pass(4_000);
  made.pause();
  answer({ ok: true, json: async () => polled('1-0', ['one']) });
  await settle();
  assert.deepEqual(captions, []);
  made.resume();
  await pass(250);
  answer({ ok: true, json: async () => polled('1-0', ['one']) });
  await settle();
  assert.deepEqual(captions, ['one']);
});

test('while nothing answers, the feed asks for nothing, and goes on when something has answered', async () => {
  const { captions, connections } = await feed();
  sources[0].open();
  sources[0].caption('1-0', 'one');
  network.lost();
  requests.length = 0;
  globalThis.WebSocket = class {
    close() {}
  };
  globalThis.location = { href: 'http://x/e/talk' };
  globalThis.fetch = async (url) => {
    requests.push(String(url));
    return url === '/healthz' ? new Promise(() => undefined) : { ok: true, json: async () => polled('2-0', ['two']) };
  };
  await pass(60_000);
  assert.equal(connections.at(-1), false);
  assert.equal(sources.length, 1);
  assert.deepEqual([...new Set(requests)], ['/healthz']);
  network.answered();
  await pass(250);
  assert.deepEqual(captions, ['one', 'two']);
  assert.equal(sources.length, 2);
});

test('a question that has no answer for seconds says that nothing answers', async () => {
  const { made } = await feed();
  globalThis.WebSocket = class {
    close() {}
  };
  globalThis.location = { href: 'http://x/e/talk' };
  globalThis.fetch = (url, { signal }) =>
    new Promise((_, fail) => signal.addEventListener('abort', () => fail(new TypeError('aborted'))));
  await pass(10_000);
  assert.ok(!network.silent);
  await pass(10_000);
  assert.ok(network.silent);
  made.close();
});
