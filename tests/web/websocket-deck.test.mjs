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
  for (const received of [400, 70]) worker.say({ received });
  assert.equal(deck.receivedBytes, 470);
});

test('a deck that has failed or ended cannot change', () => {
  const deck = playing();
  worker.say({ connection: 'ended' });
  assert.equal(deck.canChange, false);
});
