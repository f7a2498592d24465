/** Waits between attempts: they double up to a limit, and differ from client to client. */
export class Backoff {
  #attempt = 0;

  /**
   * @param {number} [firstMs] longest wait before the second attempt
   * @param {number} [limitMs] longest wait of all
   */
  constructor(firstMs = 500, limitMs = 15_000) {
    this.firstMs = firstMs;
    this.limitMs = limitMs;
  }

  /**
   * How long to wait before the next attempt, in milliseconds: between half and all of a span that
   * doubles each time. A room full of phones then does not come back at the same moment.
   */
  nextMs() {
    const span = Math.min(this.limitMs, this.firstMs * 2 ** this.#attempt);
    this.#attempt = Math.min(this.#attempt + 1, 16);
    return span * (0.5 + Math.random() / 2);
  }

  /** The connection works again: start over with the shortest wait. */
  reset() {
    this.#attempt = 0;
  }
}
