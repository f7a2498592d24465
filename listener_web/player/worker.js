/**
 * One channel's sound, off the main thread: WebSocket → Opus decoder → port of the audio thread.
 * The page is told `{connection: 'open' | 'lost' | 'ended'}` and `{skipped: packets}`.
 * Message layout: docs/protocol.md, "Audio by WebSocket".
 */
import { Backoff } from '../shared/backoff.js';

const PROTOCOL = 'broadcaster.audio.v1';
const CLOSE_EVENT_ENDED = 4000;
const HEADER_BYTES = 16;
const VERSION = 1;
const KIND_OPUS = 2;
const CLOCK_HZ = 24_000;
/** Safari decodes Opus at 48 kHz only, so everybody does. */
const DECODED_HZ = 48_000;
const CONNECT_DEADLINE_MS = 10_000;
/** A channel that was sending never pauses this long by itself. */
const STALL_MS = 5_000;
/** 300 ms. Longer losses are not waited for: the sound goes on with what comes next. */
const LONGEST_FILLED = 0.3 * DECODED_HZ;
/** How far back a packet counts as a repeat; further back the clock began anew. */
const REPEAT_WINDOW = 10 * CLOCK_HZ;

class Receiver {
  #backoff = new Backoff(300, 5_000);
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {AudioDecoder | null} */
  #decoder = null;
  /** Lost packets before each packet that is in the decoder, in its order. @type {number[]} */
  #lostBefore = [];
  /** @type {number | null} */
  #sequence = null;
  #position = -Infinity;
  #deadline = 0;
  #retry = 0;

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
    this.#sequence = null;
    this.#expectWithin(CONNECT_DEADLINE_MS);
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

  close() {
    clearTimeout(this.#deadline);
    clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    if (this.#decoder?.state === 'configured') this.#decoder.close();
  }

  /** @param {number} ms */
  #expectWithin(ms) {
    clearTimeout(this.#deadline);
    this.#deadline = self.setTimeout(() => {
      // A dead connection may take minutes to close: do not wait for it.
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
      this.sink.postMessage({ ended: true });
      self.postMessage({ connection: 'ended' });
      return;
    }
    self.postMessage({ connection: 'lost' });
    this.#retry = self.setTimeout(() => this.connect(), this.#backoff.nextMs());
  }

  /** @param {{type: 'hello'} | {type: 'skipped', frames: number}} message */
  #note(message) {
    if (message.type === 'skipped') self.postMessage({ skipped: message.frames });
  }

  /** @param {ArrayBuffer} message */
  #receive(message) {
    const header = new DataView(message);
    if (message.byteLength <= HEADER_BYTES) return;
    if (header.getUint8(0) !== VERSION || header.getUint8(1) !== KIND_OPUS) return;
    const sequence = header.getUint32(4);
    const position = Number(header.getBigUint64(8));
    if (position <= this.#position && position > this.#position - REPEAT_WINDOW) return;
    this.#backoff.reset();
    this.#expectWithin(STALL_MS);
    const lost = this.#sequence === null ? 0 : (sequence - this.#sequence - 1) >>> 0;
    this.#sequence = sequence;
    this.#position = position;
    this.#decode(new Uint8Array(message, HEADER_BYTES), position, lost);
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
      error: (error) => console.warn('sound decoder:', error.message),
    });
    decoder.configure({ codec: 'opus', sampleRate: DECODED_HZ, numberOfChannels: 1 });
    return decoder;
  }

  /** @param {AudioData} data */
  #play(data) {
    // What was lost was as long as what came, packet for packet.
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
  } else if (data.type === 'close') {
    receiver?.close();
    self.close();
  }
};
