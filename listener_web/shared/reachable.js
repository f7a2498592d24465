/**
 * Knows whether the server can be reached, for all parts of a page.
 *
 * Chromium goes on with a connection that a request has begun and given up, and makes no more than six to one
 * server. After six that nobody answers, the first request after an outage waits until TCP asks again for one of
 * them, which it does after ever longer times. So while nothing answers, the parts of the page wait, and only
 * `asking.js` asks. Before a page has that, nobody waits.
 */

/** The parts of all pages in a hall do not ask at the same moment. */
const SPREAD_MS = 250;

export class Reachable {
  /** Whether WebSockets may be used to ask: sound that comes by one asks by itself. */
  mayOpenSockets = () => true;
  #random;
  /** @type {import('./asking.js').Asking | null} */
  #asking = null;
  #silent = false;
  /** Parts that wait. @type {Set<() => void>} */
  #waiting = new Set();

  /** @param {() => number} [random] 0 to 1 */
  constructor(random = Math.random) {
    this.#random = random;
  }

  /** @param {import('./asking.js').Asking} asking asks while nothing answers */
  askBy(asking) {
    this.#asking = asking;
  }

  /** Whether nothing answers. */
  get silent() {
    return this.#silent;
  }

  /** Whether a part of the page waits. */
  get awaited() {
    return this.#waiting.size > 0;
  }

  /**
   * A request got no answer in its time.
   *
   * @param {import('./asking.js').Way} [way] how to ask, if the part that made the request knows a better way
   */
  lost(way) {
    this.#asking?.prefer(way);
    this.#silent = this.#asking !== null;
  }

  /** Something came from the server. */
  answered() {
    if (!this.#silent) return;
    this.#silent = false;
    this.#asking?.end();
    for (const go of this.#waiting) setTimeout(() => this.#waiting.delete(go) && go(), this.#random() * SPREAD_MS);
  }

  /**
   * Call `go` when the server can be reached: at once, or as soon as it answers.
   *
   * @param {() => void} go
   * @returns {() => void} takes it back
   */
  whenReached(go) {
    if (!this.#silent) {
      go();
      return () => undefined;
    }
    const once = () => go();
    this.#waiting.add(once);
    this.#asking?.begin(this);
    return () => {
      this.#waiting.delete(once);
    };
  }

  /** The network may be back: ask at once. */
  askNow() {
    this.#asking?.again();
  }
}

/** That of this page. */
export const network = new Reachable();
