/** Finds out that a network is too slow for the sound, or that its data is precious. */
import { MAX_TARGET_MS } from '../player/delay-estimate.js';

/** Gaps within {@link WINDOW_MS} that are more than bad luck. */
const MANY_GAPS = 3;
const WINDOW_MS = 60_000;
/** The buffer is as large as it gets for this long. */
const FULL_MS = 20_000;

/**
 * What the browser says of the network; not all browsers do.
 *
 * @typedef {object} Connection
 * @property {boolean} [saveData] whether the user asks all pages to save data
 * @property {string} [effectiveType]
 */

/**
 * The counters of the player, see `Player.stats`.
 *
 * @typedef {object} SoundStats
 * @property {number} underruns
 * @property {number} skipped_packets
 * @property {number} target_ms
 */

export class NetworkTrouble {
  /** The counters when they were looked at last. @type {SoundStats | null} */
  #before = null;
  /** When a gap was noticed. @type {number[]} */
  #gapsAtMs = [];
  #fullSinceMs = Infinity;

  /**
   * Look at the network while sound is wanted.
   *
   * @param {number} nowMs
   * @param {SoundStats} stats
   * @param {Connection | undefined} connection
   * @returns {boolean} whether less data would help
   */
  look(nowMs, stats, connection) {
    const before = this.#before ?? stats;
    this.#before = stats;
    // Of one stall the buffer runs dry, and the server leaves packets out.
    const leftOut = stats.skipped_packets > before.skipped_packets ? 1 : 0;
    const gaps = Math.max(stats.underruns - before.underruns, leftOut);
    for (let i = 0; i < Math.min(gaps, MANY_GAPS); i++) this.#gapsAtMs.push(nowMs);
    this.#gapsAtMs = this.#gapsAtMs.filter((atMs) => atMs > nowMs - WINDOW_MS);
    const isFull = stats.target_ms >= MAX_TARGET_MS;
    this.#fullSinceMs = isFull ? Math.min(this.#fullSinceMs, nowMs) : Infinity;
    return (
      saysSo(connection) ||
      this.#gapsAtMs.length >= MANY_GAPS ||
      nowMs - this.#fullSinceMs >= FULL_MS
    );
  }

  /** The sound has stopped; what is measured next follows on nothing. */
  reset() {
    this.#before = null;
    this.#gapsAtMs = [];
    this.#fullSinceMs = Infinity;
  }
}

/** @param {Connection | undefined} connection */
function saysSo(connection) {
  return (
    connection?.saveData === true || ['slow-2g', '2g'].includes(connection?.effectiveType ?? '')
  );
}
