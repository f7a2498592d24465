/**
 * Decides when a page that stays open for days loads itself again: soon for another version of the server's
 * pages, and once a day while nobody speaks.
 */

export const DAY_MS = 24 * 3_600_000;
export const QUIET_MS = 10 * 60_000;

export class Night {
  #openedMs;
  #heardMs;
  #build = '';
  #otherBuild = false;

  /** @param {number} nowMs */
  constructor(nowMs) {
    this.#openedMs = nowMs;
    this.#heardMs = nowMs;
  }

  /** @param {number} nowMs at which something was said */
  heard(nowMs) {
    this.#heardMs = nowMs;
  }

  /** @param {string} build of the pages that the server has now */
  serves(build) {
    if (this.#build === '') this.#build = build;
    this.#otherBuild = build !== this.#build;
  }

  /**
   * Whether the page should be loaded again.
   *
   * @param {number} nowMs
   */
  isDue(nowMs) {
    const quietMs = nowMs - this.#heardMs;
    if (this.#otherBuild) return quietMs >= 5_000;
    return nowMs - this.#openedMs >= DAY_MS && quietMs >= QUIET_MS;
  }
}
