/** A deck changes channel: by the same worker, and it says when the other channel is heard. */
import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { WebSocketDeck } from '../../listener_web/player/websocket-deck.js';

let worker, node;

class FakeNode {
  port = { postMessage: () => undefined };
  gain = {};

  connect(next) {
    return next;
  }

  disconnect() {}
}

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  mock.method(console, 'warn', () => undefined);
  globalThis.GainNode = FakeNode;
  globalThis.AudioWorkletNode = class extends FakeNode {
    constructor() {
      super();
      node = this;
    }
  };
  globalThis.MessageChannel = class {};
  globalThis.Worker = class {
    asked = [];

    constructor() {
      worker = this;
    }

    postMessage(message) {
      this.asked.push(message);
    }

    say(data) {
      this.onmessage({ data });
    }
  };
});

const url = (id) => `wss://x/e/talk/audio/${id}`;
const report = (stream, target_ms = 80) =>
  node.port.onmessage({ data: { playing: true, underruns: 0, target_ms, stream } });

/** A deck that plays `es`. */
function playing() {
  const deck = new WebSocketDeck({}, new FakeNode(), 'es', url('es'));
  worker.say({ started: true });
  worker.say({ connection: 'open' });
  worker.say({ channel: 'es', stream: 0 });
  report(0);
  worker.asked = [];
  return deck;
}

test('another channel is made known when it is heard', async () => {
  const deck = playing();
  assert.ok(deck.canChange);
  report(0, 700.4);
  const done = deck.change('fr', url('fr%2Bfloor'));
  const wish = { channel: 'fr+floor', url: url('fr%2Bfloor'), backlog_ms: 851 };
  assert.deepEqual(worker.asked, [{ type: 'change', wish }]);
  worker.say({ channel: 'fr+floor', stream: 1 });
  report(0);
  assert.equal(deck.channel, 'es', 'it has begun to arrive');
  report(1);
  assert.equal(await done, true);
  assert.equal(deck.channel, 'fr');
});

test('one that is refused leaves the channel as it is', async () => {
  const deck = playing();
  const done = deck.change('xx', url('xx'));
  worker.say({ refused: 'xx' });
  assert.equal(await done, true, 'a new deck is of no use');
  assert.equal(deck.channel, 'es');
  worker.asked = [];
  await deck.change('es', url('es'));
  assert.deepEqual(worker.asked, [], 'it is what is heard');
});

test('one that is replaced by another ends with that one', async () => {
  const deck = playing();
  const first = deck.change('fr', url('fr'));
  const second = deck.change('de', url('de'));
  worker.say({ channel: 'fr', stream: 1 });
  report(1);
  assert.equal(deck.channel, 'es');
  worker.say({ channel: 'de', stream: 2 });
  report(2);
  assert.deepEqual([await first, await second, deck.channel], [true, true, 'de']);
});

test('the channel that is heard need not be asked for', async () => {
  const deck = playing();
  assert.equal(await deck.change('es', url('es')), true);
  assert.deepEqual(worker.asked, []);
});

test('a deck adds up what its worker has received', () => {
  const deck = playing();
  for (const bytes of [400, 70]) worker.say({ bytes });
  assert.equal(deck.receivedBytes, 470);
});

test('a deck that has failed or ended cannot change', () => {
  const deck = playing();
  worker.say({ connection: 'ended' });
  assert.equal(deck.canChange, false);
});

/** Let seconds pass in which the audio thread reports what it has played. */
function play(seconds, framesPerSecond) {
  for (let second = 0; second < seconds; second++) {
    node.played = (node.played ?? 0) + framesPerSecond;
    node.port.onmessage({ data: { playing: framesPerSecond > 0, played_frames: node.played, stream: 0 } });
    mock.timers.tick(1_000);
  }
}

/** A deck in a context that runs, whose connection has brought sound. */
function receiving(context = { state: 'running' }) {
  const deck = new WebSocketDeck(context, new FakeNode(), 'es', url('es'));
  worker.say({ started: true });
  worker.say({ connection: 'open' });
  worker.say({ received: true });
  play(20, 48_000);
  return deck;
}

test('a deck that receives sound and plays none of it has failed', () => {
  const deck = receiving();
  play(6, 0);
  play(1, 48_000);
  play(7, 0);
  assert.equal(deck.state, 'buffering', 'a gap is no failure');
  play(2, 0);
  assert.equal(deck.state, 'failed');
});

test('a worker that dies without a word is noticed although the audio thread goes on', () => {
  const deck = receiving();
  play(9, 0);
  assert.equal(deck.state, 'failed');
});

test('a deck may be silent while the sound is interrupted, lost, or has not come', () => {
  const context = { state: 'suspended' };
  const interrupted = receiving(context);
  play(60, 0);
  assert.equal(interrupted.state, 'buffering');
  context.state = 'running';
  play(3, 0);
  worker.say({ connection: 'lost' });
  play(60, 0);
  assert.equal(interrupted.state, 'reconnecting');
  worker.say({ connection: 'open' });
  play(60, 0);
  assert.equal(interrupted.state, 'buffering', 'the channel is silent');
});
