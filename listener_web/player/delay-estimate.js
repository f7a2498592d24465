/**
 * Estimates the sound that has to wait in the buffer so that the next late packet does not empty it.
 * As in NetEQ, the jitter buffer of WebRTC, this follows from how late packets came lately, relative
 * to the earliest ones. It rises with the first late packet, and falls when the window has passed.
 *
 * Time is the audio thread's own: it counts what was played. What delays sound on this device is
 * then measured like what delays it on the network. No clock is read, so tests run in virtual time.
 */

/** The target is never below or above this. */
export const MIN_TARGET_MS = 80;
export const MAX_TARGET_MS = 1_200;
/** What is kept above the lateness that was measured. */
const HEADROOM_MS = 40;
/** Each interval counts by its latest packet: a stall is one event, however many packets it holds. */
const INTERVAL_MS = 500;
/** The window: 16 s. What one stall has raised falls after that, and is normal within 30 s. */
const INTERVALS = 32;
/** Taken as measured before anything was. */
const FIRST_LATENESS_MS = 80;
/** After a longer pause the sender had stopped, or no buffer would have helped. */
const PAUSE_MS = MAX_TARGET_MS;

export class DelayEstimate {
  /** Time until now. */
  #elapsed = 0;
  /** Sound until now. */
  #received = 0;
  #sincePacket = 0;
  #sinceInterval = 0;
  #packet = 0;
  /** The latest packet of each interval, the present one last. */
  #lateness = new Array(INTERVALS).fill(FIRST_LATENESS_MS);
  /** How far sound was ahead of time at most, in each interval. */
  #ahead = new Array(INTERVALS).fill(-Infinity);
  #target = 0;

  constructor() {
    this.#estimate();
  }

  /** How much sound should wait on average, in milliseconds. */
  get target() {
    return this.#target;
  }

  /**
   * Time has passed.
   *
   * @param {number} ms
   */
  elapse(ms) {
    this.#elapsed += ms;
    this.#sincePacket += ms;
    this.#sinceInterval += ms;
    if (this.#sinceInterval < INTERVAL_MS) return;
    this.#sinceInterval = 0;
    this.#lateness.shift();
    this.#lateness.push(0);
    this.#ahead.shift();
    this.#ahead.push(-Infinity);
    this.#estimate();
  }

  /**
   * A packet has come.
   *
   * @param {number} ms its length
   */
  arrive(ms) {
    if (this.#sincePacket > PAUSE_MS) this.restart();
    this.#sincePacket = 0;
    this.#packet = ms;
    this.#received += ms;
    const ahead = this.#received - this.#elapsed;
    const now = INTERVALS - 1;
    this.#ahead[now] = Math.max(this.#ahead[now], ahead);
    const late = Math.max(...this.#ahead) - ahead;
    if (late <= this.#lateness[now]) return;
    this.#lateness[now] = late;
    this.#estimate();
  }

  /**
   * Sound was lost on the way. It is noticed with the next packet, so it says nothing about delay.
   *
   * @param {number} ms its length
   */
  miss(ms) {
    this.#received += ms;
  }

  /** The next packet follows on none before: sound was left out, or it is of another channel. */
  restart() {
    this.#ahead.fill(-Infinity);
  }

  #estimate() {
    const wanted = Math.max(...this.#lateness) + this.#packet / 2 + HEADROOM_MS;
    this.#target = Math.min(MAX_TARGET_MS, Math.max(MIN_TARGET_MS, wanted));
  }
}
