/** Messages with sound, in the layout of docs/protocol.md, "Audio by WebSocket". */

const HEADER_BYTES = 16;
const VERSION = 1;
const KIND_OPUS = 2;
/** Positions count samples at this rate. */
export const CLOCK_HZ = 24_000;
/** A packet this far back or less is a repeat; further back, the server's clock has started over. */
const REPEAT_WINDOW = 10 * CLOCK_HZ;

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
