/** Messages with sound, in the layout of docs/protocol.md, "Audio by WebSocket", and their decoding. */

const HEADER_BYTES = 16;
const VERSION = 1;
const KIND_OPUS = 2;
/** Positions count samples at this rate. */
export const CLOCK_HZ = 24_000;
/** A packet this far back or less is a repeat; further back, the server's clock has started over. */
const REPEAT_WINDOW = 10 * CLOCK_HZ;
/** Safari decodes Opus at 48 kHz only, so every browser is asked for that. */
const DECODED_HZ = 48_000;
/** A decoder that fails this often without a sound does not work in this browser. */
const DECODER_FAILURES = 5;

/**
 * @typedef {object} Frame
 * @property {number} sequence counts packets, wraps at 2³²
 * @property {number} position of its first sample, at {@link CLOCK_HZ}
 * @property {Uint8Array<ArrayBuffer>} packet Opus
 */

/**
 * Read a message.
 *
 * @param {ArrayBuffer} message
 * @returns {Frame | null} null for a message of another version or kind, and for an empty packet
 */
export function parseFrame(message) {
  if (message.byteLength <= HEADER_BYTES) return null;
  const header = new DataView(message);
  if (header.getUint8(0) !== VERSION || header.getUint8(1) !== KIND_OPUS) return null;
  return {
    sequence: header.getUint32(4),
    position: Number(header.getBigUint64(8)),
    packet: new Uint8Array(message, HEADER_BYTES),
  };
}

/**
 * A channel that was asked for.
 *
 * @typedef {object} Wish
 * @property {string} channel its id for the server, '' for the one of the address
 * @property {string} url its own address
 * @property {number} [backlog_ms] how much of its newest sound to begin with
 */

/** Finds repeats and losses in the packets of one channel. */
export class FrameOrder {
  /** @type {number | null} */
  #sequence = null;
  #position = -Infinity;

  /** A new connection counts its packets by itself; positions go on. */
  reconnected() {
    this.#sequence = null;
  }

  /**
   * Take the next packet.
   *
   * @param {Pick<Frame, 'sequence' | 'position'>} frame
   * @returns {number | null} packets lost before it, or null for one that was played already
   */
  accept({ sequence, position }) {
    if (position <= this.#position && position > this.#position - REPEAT_WINDOW) return null;
    const lost = this.#sequence === null ? 0 : (sequence - this.#sequence - 1) >>> 0;
    this.#sequence = sequence;
    this.#position = position;
    return lost;
  }
}

/** Decodes the packets of one channel. */
export class PacketDecoder {
  #onSound;
  /** @type {AudioDecoder | null} */
  #decoder = null;
  /** Lost packets before each packet that is in the decoder, in its order. @type {number[]} */
  #lostBefore = [];
  #failures = 0;

  /**
   * @param {(samples: Float32Array, lost: number) => void} onSound gets the sound of each packet,
   *   mono at 48 kHz, and how many samples were lost before it
   */
  constructor(onSound) {
    this.#onSound = onSound;
  }

  /**
   * Decode the next packet.
   *
   * @param {Frame} frame
   * @param {number} lost packets missing before it
   * @throws when decoders fail again and again, though not from this call but on its own
   */
  decode({ packet, position }, lost) {
    if (this.#decoder?.state !== 'configured') this.#decoder = this.#newDecoder();
    this.#lostBefore.push(lost);
    const timestamp = Math.round((position / CLOCK_HZ) * 1e6);
    this.#decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp, data: packet }));
  }

  /** No more packets will come; the sound of those that did still comes. */
  finish() {
    const decoder = this.#decoder;
    this.#decoder = null;
    if (decoder?.state !== 'configured') return;
    const close = () => decoder.state === 'configured' && decoder.close();
    decoder.flush().then(close, close);
  }

  #newDecoder() {
    this.#lostBefore = [];
    const decoder = new AudioDecoder({
      output: (data) => this.#take(data),
      // The decoder is closed by then; the next packet makes a new one.
      error: (error) => {
        console.warn('sound decoder:', error.message);
        this.#failures += 1;
        if (this.#failures >= DECODER_FAILURES) throw error;
      },
    });
    decoder.configure({ codec: 'opus', sampleRate: DECODED_HZ, numberOfChannels: 1 });
    return decoder;
  }

  /** @param {AudioData} data */
  #take(data) {
    this.#failures = 0;
    // Lost packets are taken to be as long as this one.
    const lost = (this.#lostBefore.shift() ?? 0) * data.numberOfFrames;
    const samples = new Float32Array(data.numberOfFrames);
    data.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
    data.close();
    this.#onSound(samples, lost);
  }
}
