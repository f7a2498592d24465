/**
 * All captions of a channel that the page has, in their order.
 *
 * Each has a number, which stays the same: what comes later counts up, and what is fetched of the past
 * counts down.
 */

/** @typedef {import('./caption-feed.js').Caption} Caption */

/** As many as the server keeps; the oldest are forgotten first. */
export const MOST_CAPTIONS = 5_000;

export class CaptionList {
  /** The number of the first caption. */
  first = 0;
  /** The number of the next new caption. */
  end = 0;
  /** @type {Map<number, Caption>} */
  #captions = new Map();
  /** @type {Map<string, number>} */
  #numbers = new Map();

  get length() {
    return this.end - this.first;
  }

  /** Whether it takes no more of the past. */
  get full() {
    return this.length >= MOST_CAPTIONS;
  }

  /** @param {number} number of a caption in the list */
  at(number) {
    return /** @type {Caption} */ (this.#captions.get(number));
  }

  /**
   * Whether a caption has nothing to add: its revision is known, or it was revised and belongs before the
   * first one, so that it will come with the past.
   *
   * @param {Caption} caption
   */
  knows(caption) {
    const number = this.#numbers.get(caption.id);
    if (number !== undefined) return (caption.revision ?? 0) <= (this.at(number).revision ?? -1);
    return Boolean(caption.revision) && this.length > 0 && caption.start_ms < this.at(this.first).start_ms;
  }

  /**
   * Add a new caption, or a later version of a known one.
   *
   * @param {Caption} caption
   * @returns {number} its number
   */
  put(caption) {
    const number = this.#numbers.get(caption.id) ?? this.end++;
    this.#keep(number, caption);
    if (this.length > MOST_CAPTIONS) {
      this.#numbers.delete(this.at(this.first).id);
      this.#captions.delete(this.first++);
    }
    return number;
  }

  /**
   * Add captions from before the first one. Those that are known already are left out.
   *
   * @param {Caption[]} captions the oldest first
   */
  prepend(captions) {
    for (const caption of [...captions].reverse()) {
      if (!this.full && !this.#numbers.has(caption.id)) this.#keep(--this.first, caption);
    }
  }

  /**
   * @param {number} number
   * @param {Caption} caption
   */
  #keep(number, caption) {
    this.#captions.set(number, caption);
    this.#numbers.set(caption.id, number);
  }
}
