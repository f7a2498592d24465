/**
 * One channel's sound, off the main thread: WebSocket → Opus decoder → port of the audio thread.
 * It tells the page `{started: true}`, `{connection: 'open' | 'lost' | 'ended'}` and
 * `{skipped: packets}`. What it cannot do is an error that it does not catch: the page hears of those.
 */
import { Backoff } from '../shared/backoff.js';
import { CLOCK_HZ, FrameOrder, parseFrame } from './frames.js';

const PROTOCOL = 'broadcaster.audio.v1';
const CLOSE_EVENT_ENDED = 4000;
/** The server process stops, and has chosen the moment so that listeners do not come back together. */
const CLOSE_GOING_AWAY = 1001;
/** Safari decodes Opus at 48 kHz only, so every browser is asked for that. */
const DECODED_HZ = 48_000;
const CONNECT_DEADLINE_MS = 10_000;
/** The first deadline of a connection that worked before; each later one is twice as long. */
const RECONNECT_DEADLINE_MS = 3_000;
/** A connection that was opened or brought something this recently works. */
const FRESH_MS = 1_000;
/** A channel that is sending never pauses for this long. */
const STALL_MS = 5_000;
/** A decoder that fails this often without a sound does not work in this browser. */
const DECODER_FAILURES = 5;
/** 300 ms. A longer loss is not filled with silence: the next sound follows at once. */
const LONGEST_FILLED = 0.3 * DECODED_HZ;

class Receiver {
  #backoff = new Backoff(300, 2_000);
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {AudioDecoder | null} */
  #decoder = null;
  /** Lost packets before each packet that is in the decoder, in its order. @type {number[]} */
  #lostBefore = [];
  #order = new FrameOrder();
  #decoderFailures = 0;
  #deadline = 0;
  #connectWithinMs = CONNECT_DEADLINE_MS;
  /** When the connection was opened or last brought something. */
  #freshMs = 0;
  #over = false;
  #retry = 0;
  /** Whether this connection has brought sound. */
  #heard = false;

  /**
   * @param {string} url
   * @param {MessagePort} sink gets `{samples}`, `{lost}` and `{ended}`
   */
  constructor(url, sink) {
    this.url = url;
    this.sink = sink;
  }

  connect() {
    const socket = new WebSocket(this.url, PROTOCOL);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    this.#order.reconnected();
    this.#heard = false;
    this.#freshMs = Date.now();
    this.#expectWithin(this.#connectWithinMs);
    this.#connectWithinMs = Math.min(CONNECT_DEADLINE_MS, 2 * this.#connectWithinMs);
    socket.onopen = () => {
      clearTimeout(this.#deadline);
      self.postMessage({ connection: 'open' });
    };
    socket.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) this.#receive(data);
      else this.#note(JSON.parse(data));
    };
    socket.onclose = ({ code }) => {
      if (this.#socket === socket) this.#lost(code);
    };
  }

  /** The network may be back: connect at once, unless something has just come. */
  retryNow() {
    if (this.#over || Date.now() - this.#freshMs < FRESH_MS) return;
    this.#backoff.reset();
    this.#disconnect();
    this.connect();
  }

  close() {
    this.#over = true;
    this.#disconnect();
    if (this.#decoder?.state === 'configured') this.#decoder.close();
  }

  #disconnect() {
    clearTimeout(this.#deadline);
    clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  /** @param {number} ms */
  #expectWithin(ms) {
    clearTimeout(this.#deadline);
    this.#deadline = self.setTimeout(() => {
      // A dead connection may take minutes to close, so its `close` event is not waited for.
      const socket = this.#socket;
      this.#lost(0);
      socket?.close();
    }, ms);
  }

  /** @param {number} code of the close frame */
  #lost(code) {
    clearTimeout(this.#deadline);
    this.#socket = null;
    if (code === CLOSE_EVENT_ENDED) {
      this.#over = true;
      this.sink.postMessage({ ended: true });
      self.postMessage({ connection: 'ended' });
      return;
    }
    self.postMessage({ connection: 'lost' });
    const movesOver = code === CLOSE_GOING_AWAY && this.#heard;
    this.#retry = self.setTimeout(() => this.connect(), movesOver ? 0 : this.#backoff.nextMs());
  }

  /** @param {{type: 'hello'} | {type: 'skipped', frames: number}} message */
  #note(message) {
    if (message.type === 'skipped') self.postMessage({ skipped: message.frames });
  }

  /** @param {ArrayBuffer} message */
  #receive(message) {
    const frame = parseFrame(message);
    const lost = frame && this.#order.accept(frame);
    if (frame === null || lost === null) return;
    this.#heard = true;
    this.#backoff.reset();
    this.#freshMs = Date.now();
    this.#connectWithinMs = RECONNECT_DEADLINE_MS;
    this.#expectWithin(STALL_MS);
    this.#decode(frame.packet, frame.position, lost);
  }

  /**
   * @param {Uint8Array<ArrayBuffer>} packet
   * @param {number} position
   * @param {number} lost packets missing before this one
   */
  #decode(packet, position, lost) {
    if (this.#decoder?.state !== 'configured') this.#decoder = this.#newDecoder();
    this.#lostBefore.push(lost);
    const timestamp = Math.round((position / CLOCK_HZ) * 1e6);
    this.#decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp, data: packet }));
  }

  #newDecoder() {
    this.#lostBefore = [];
    const decoder = new AudioDecoder({
      output: (data) => this.#play(data),
      // The decoder is closed by then; the next packet makes a new one.
      error: (error) => {
        console.warn('sound decoder:', error.message);
        this.#decoderFailures += 1;
        if (this.#decoderFailures >= DECODER_FAILURES) throw error;
      },
    });
    decoder.configure({ codec: 'opus', sampleRate: DECODED_HZ, numberOfChannels: 1 });
    return decoder;
  }

  /** @param {AudioData} data */
  #play(data) {
    this.#decoderFailures = 0;
    // Lost packets are taken to be as long as this one.
    const lost = (this.#lostBefore.shift() ?? 0) * data.numberOfFrames;
    if (lost > 0 && lost <= LONGEST_FILLED) this.sink.postMessage({ lost });
    const samples = new Float32Array(data.numberOfFrames);
    data.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
    data.close();
    this.sink.postMessage({ samples }, [samples.buffer]);
  }
}

/** @type {Receiver | null} */
let receiver = null;

self.onmessage = ({ data }) => {
  if (data.type === 'open') {
    receiver = new Receiver(data.url, data.sink);
    receiver.connect();
  } else if (data.type === 'retry') {
    receiver?.retryNow();
  } else if (data.type === 'close') {
    receiver?.close();
    self.close();
  }
};

self.postMessage({ started: true });
