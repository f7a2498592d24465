/**
 * The sound of one listener, off the main thread: WebSocket → Opus decoder → port of the audio thread.
 * It tells the page `{started: true}`, `{connection: 'open' | 'lost' | 'ended'}`,
 * `{received: true}` when a connection brings its first packet, `{bytes}` received now and then,
 * `{skipped: packets}`, `{channel, stream}` when the sound of another channel begins, and
 * `{refused: channel}`. What it cannot do is an error that it does not catch: the page hears of those.
 */
import { Backoff } from '../shared/backoff.js';
import { FrameOrder, PacketDecoder, parseFrame } from './frames.js';
import { FRESH_MS, Patience } from './patience.js';

const PROTOCOL = 'broadcaster.audio.v1';
const CLOSE_EVENT_ENDED = 4000;
/** The server process stops, and has chosen the moment so that listeners do not come back together. */
const CLOSE_GOING_AWAY = 1001;
/** A channel that is sending never pauses for this long. */
const STALL_MS = 5_000;
/** The server takes four changes a second. */
const CHANGE_INTERVAL_MS = 250;
/** The server answers within 2.5 s. One that does not is older than this page, or out of reach. */
const ANSWER_DEADLINE_MS = 3_500;
/** The page is told about received bytes no more often. */
const REPORT_MS = 2_000;
/** The headers of messages up to 125 bytes, and of longer ones (RFC 6455 section 5.2). */
const SHORT_MESSAGE_BYTES = 125;
const SHORT_HEADER_BYTES = 2;
const LONG_HEADER_BYTES = 4;

/** @typedef {import('./frames.js').Wish} Wish */

class Receiver {
  #backoff = new Backoff(300, 1_500);
  /** @type {WebSocket | null} */
  #socket = null;
  #order = new FrameOrder();
  #stream = 0;
  #decoder = this.#newDecoder();
  /** The channel that the sound is of, '' before the first hello. */
  #channel = '';
  #patience = new Patience();
  #deadline = 0;
  #over = false;
  #retry = 0;
  /** Whether this connection has brought sound. */
  #heard = false;
  /** What was asked for last. @type {Wish} */
  #wanted;
  /** The last of those that the server has carried out. @type {Wish} */
  #granted;
  /** The last one that was sent. @type {Wish} */
  #sent;
  /** Whether a change was sent and has no answer. */
  #asked = false;
  /** Runs until the next change may be sent, 0 when it may. */
  #pause = 0;
  #answerDeadline = 0;
  /** Whether this connection was opened, and whether it has said hello. */
  #opened = false;
  #greeted = false;
  /** Bytes that the page has not been told about, and when it was told last. */
  #receivedBytes = 0;
  #reportedMs = 0;

  /**
   * @param {string} url
   * @param {MessagePort} sink see `worklet.js`
   */
  constructor(url, sink) {
    this.#wanted = this.#granted = this.#sent = { channel: '', url };
    this.sink = sink;
  }

  connect() {
    const socket = new WebSocket(this.#wanted.url, PROTOCOL);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    this.#heard = false;
    this.#expectWithin(this.#patience.begin());
    socket.onopen = () => {
      clearTimeout(this.#deadline);
      this.#opened = true;
      this.#patience.opened();
      self.postMessage({ connection: 'open' });
    };
    socket.onmessage = ({ data }) => {
      this.#count(data);
      if (data instanceof ArrayBuffer) this.#receive(data);
      else this.#note(JSON.parse(data));
    };
    socket.onclose = ({ code }) => {
      if (this.#socket === socket) this.#lost(code);
    };
  }

  /**
   * Receive another channel: on this connection, or on a new one if this one does not work.
   *
   * @param {Wish} wish
   */
  change(wish) {
    if (this.#over) return;
    this.#wanted = wish;
    if (this.#greeted) this.#ask();
    else this.#connectAgain();
  }

  /** The network may be back: connect at once, unless something has just come. */
  retryNow() {
    if (this.#over) return;
    if (!this.#patience.isFresh) this.#connectAgain();
    else if (!this.#greeted && this.#socket) this.#expectWithin(FRESH_MS);
  }

  close() {
    this.#over = true;
    this.#report();
    this.#disconnect();
    this.#decoder.finish();
  }

  /** @param {ArrayBuffer | string} message texts are ASCII */
  #count(message) {
    const bytes = typeof message === 'string' ? message.length : message.byteLength;
    const isShort = bytes <= SHORT_MESSAGE_BYTES;
    this.#receivedBytes += bytes + (isShort ? SHORT_HEADER_BYTES : LONG_HEADER_BYTES);
    if (Date.now() - this.#reportedMs >= REPORT_MS) this.#report();
  }

  #report() {
    this.#reportedMs = Date.now();
    if (this.#receivedBytes > 0) self.postMessage({ bytes: this.#receivedBytes });
    this.#receivedBytes = 0;
  }

  #connectAgain() {
    this.#backoff.reset();
    this.#disconnect();
    this.connect();
  }

  #disconnect() {
    for (const timer of [this.#deadline, this.#retry, this.#answerDeadline, this.#pause]) {
      clearTimeout(timer);
    }
    this.#pause = 0;
    this.#asked = this.#greeted = this.#opened = false;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  /** @param {number} ms */
  #expectWithin(ms) {
    clearTimeout(this.#deadline);
    // A dead connection may take minutes to close, so its `close` event is not waited for.
    this.#deadline = self.setTimeout(() => this.#lost(0), ms);
  }

  /** @param {number} code of the close frame */
  #lost(code) {
    const movesOver = code === CLOSE_GOING_AWAY && this.#heard;
    // An attempt that nobody answered has been a wait already.
    const waitedMs = this.#opened ? 0 : this.#patience.triedMs;
    this.#disconnect();
    if (code === CLOSE_EVENT_ENDED) {
      this.#over = true;
      this.sink.postMessage({ ended: true });
      self.postMessage({ connection: 'ended' });
      return;
    }
    self.postMessage({ connection: 'lost' });
    const waitMs = movesOver ? 0 : Math.max(0, this.#backoff.nextMs() - waitedMs);
    this.#retry = self.setTimeout(() => this.connect(), waitMs);
  }

  /** Ask this connection for the wanted channel, now or as soon as the server takes it. */
  #ask() {
    if (this.#pause !== 0) return;
    const asked = this.#wanted;
    const { channel, backlog_ms } = asked;
    this.#socket?.send(JSON.stringify({ channel, backlog_ms }));
    this.#asked = true;
    this.#sent = asked;
    this.#pause = self.setTimeout(() => {
      this.#pause = 0;
      const heard = !this.#asked && this.#wanted.channel === this.#channel;
      if (this.#wanted !== asked && !heard) this.#ask();
    }, CHANGE_INTERVAL_MS);
    clearTimeout(this.#answerDeadline);
    this.#answerDeadline = self.setTimeout(() => this.#connectAgain(), ANSWER_DEADLINE_MS);
  }

  /**
   * @param {{type: 'hello' | 'changed', channel: string} | {type: 'skipped', frames: number}
   *   | {type: 'refused'}} message
   */
  #note(message) {
    if (message.type === 'skipped') self.postMessage({ skipped: message.frames });
    else if (message.type === 'refused') this.#refused();
    else if (message.type === 'hello' || message.type === 'changed') this.#hears(message);
  }

  /** @param {{type: 'hello' | 'changed', channel: string}} message */
  #hears({ type, channel }) {
    if (type === 'hello') {
      this.#greeted = true;
      this.#order.reconnected();
      this.sink.postMessage({ rejoined: true });
    }
    if (this.#channel !== '' && channel !== this.#channel) this.#beginStream();
    this.#channel = channel;
    if (this.#wanted.channel === '') this.#wanted.channel = channel;
    if (this.#wanted.channel === channel) this.#answered();
    // Answers may have crossed: this one is to an earlier change, and no other will come.
    else if (!this.#asked) this.#ask();
    self.postMessage({ channel, stream: this.#stream });
  }

  #answered() {
    clearTimeout(this.#answerDeadline);
    this.#asked = false;
    this.#granted = this.#wanted;
  }

  #refused() {
    if (!this.#asked) return;
    self.postMessage({ refused: this.#sent.channel });
    if (this.#wanted === this.#sent) this.#wanted = this.#granted;
    clearTimeout(this.#answerDeadline);
    this.#asked = false;
    // Another one may be wanted by now.
    if (this.#wanted !== this.#granted) this.#ask();
  }

  #beginStream() {
    clearTimeout(this.#deadline);
    this.#stream += 1;
    this.#order = new FrameOrder();
    this.#decoder.finish();
    this.#decoder = this.#newDecoder();
    this.sink.postMessage({ begin: this.#stream });
  }

  #newDecoder() {
    const stream = this.#stream;
    return new PacketDecoder((samples, lost) => {
      if (lost > 0) this.sink.postMessage({ stream, lost });
      this.sink.postMessage({ stream, samples }, [samples.buffer]);
    });
  }

  /** @param {ArrayBuffer} message */
  #receive(message) {
    const frame = parseFrame(message);
    const lost = frame && this.#order.accept(frame);
    if (frame === null || lost === null) return;
    if (!this.#heard) self.postMessage({ received: true });
    this.#heard = true;
    this.#backoff.reset();
    this.#patience.heard();
    this.#expectWithin(STALL_MS);
    this.#decoder.decode(frame, lost);
  }
}

/** @type {Receiver | null} */
let receiver = null;

self.onmessage = ({ data }) => {
  if (data.type === 'open') {
    receiver = new Receiver(data.url, data.sink);
    receiver.connect();
  } else if (data.type === 'change') {
    receiver?.change(data.wish);
  } else if (data.type === 'retry') {
    receiver?.retryNow();
  } else if (data.type === 'close') {
    receiver?.close();
    self.close();
  }
};

self.postMessage({ started: true });
