/**
 * The time that a connection of sound gets. A network that has worked before is asked again sooner: TCP asks a
 * lost one 1 s after an attempt began, and then not before 3 s, so a new attempt asks sooner. A slow network needs
 * more time than others, but not much more than before.
 */

const CONNECT_DEADLINE_MS = 10_000;
/** After a connection that worked: for the first attempt, and for the others. */
const FIRST_AGAIN_MS = 2_000;
const LATER_AGAIN_MS = 3_000;
/** A connection that was opened or brought something this recently works, and an attempt this recent is left alone. */
export const FRESH_MS = 1_000;

export class Patience {
  #connectWithinMs = CONNECT_DEADLINE_MS;
  /** When the present attempt began, and how long the last one took that worked. */
  #beganMs = 0;
  #tookMs = 0;
  /** When the connection was begun or last brought something. */
  #freshMs = 0;

  /**
   * An attempt begins.
   *
   * @returns {number} how long to wait for it, in milliseconds
   */
  begin() {
    this.#freshMs = this.#beganMs = Date.now();
    const withinMs = this.#connectWithinMs;
    if (this.#tookMs > 0) this.#connectWithinMs = this.#atLeastAsBefore(LATER_AGAIN_MS);
    return withinMs;
  }

  /** The server has answered the attempt. */
  opened() {
    this.#tookMs = Math.max(1, this.triedMs);
  }

  /** The connection has brought something. */
  heard() {
    this.#freshMs = Date.now();
    this.#connectWithinMs = this.#atLeastAsBefore(FIRST_AGAIN_MS);
  }

  /** How long ago the present attempt began, in milliseconds. */
  get triedMs() {
    return Date.now() - this.#beganMs;
  }

  /** Whether to leave the connection, or the attempt, alone. */
  get isFresh() {
    return Date.now() - this.#freshMs < FRESH_MS;
  }

  /** @param {number} ms */
  #atLeastAsBefore(ms) {
    return Math.min(CONNECT_DEADLINE_MS, Math.max(ms, 2 * this.#tookMs));
  }
}
