/** The captions of the past, page by page, from the newest back to the first. */
import { getJson } from '../shared/api.js';

/** The id that the server gives when nothing is earlier. */
const FIRST_OF_ALL = '0-0';

/** @typedef {import('./caption-feed.js').Caption} Caption */

export class CaptionHistory {
  #address;
  #before;
  /** Whether there may be earlier captions. */
  more;

  /**
   * @param {string} address of the channel's history
   * @param {string} [before] id of the earliest caption that is known; empty to begin with the newest
   */
  constructor(address, before = '') {
    this.#address = address;
    this.#before = before;
    this.more = before !== FIRST_OF_ALL;
  }

  /**
   * The next earlier captions. After a failure it can be asked again.
   *
   * @param {number} [limit] 1 to 200
   * @returns {Promise<Caption[]>} the oldest first
   */
  async older(limit = 100) {
    const before = this.#before === '' ? '' : `&before=${encodeURIComponent(this.#before)}`;
    const page = await getJson(`${this.#address}?limit=${limit}${before}`);
    this.#before = page.before;
    this.more = page.more;
    return page.captions;
  }
}
