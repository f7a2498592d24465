/** Notices that nobody looks at the page any more, and that somebody does again. */

/** A page that is hidden for this long is forgotten, unless it plays. */
export const FORGOTTEN_MS = 5 * 60_000;

/**
 * @typedef {object} PageUse
 * @property {() => boolean} plays whether somebody listens
 * @property {() => void} forgotten called when the page is hidden for long, or frozen by the browser
 * @property {() => void} seen called when somebody looks at it after that
 */

export class PageLife {
  #use;
  #forgotten = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {PageUse} use */
  constructor(use) {
    this.#use = use;
    document.addEventListener('visibilitychange', () => this.#look());
    document.addEventListener('freeze', () => this.#forget());
    document.addEventListener('resume', () => this.#look());
    addEventListener('pageshow', () => this.#look());
    this.#look();
  }

  #look() {
    clearTimeout(this.#timer);
    if (document.visibilityState === 'hidden') {
      this.#timer = setTimeout(() => this.#late(), FORGOTTEN_MS);
    } else if (this.#forgotten) {
      this.#forgotten = false;
      this.#use.seen();
    }
  }

  #late() {
    this.#forget();
    // Somebody listens now, and may stop later.
    if (!this.#forgotten) this.#look();
  }

  #forget() {
    if (this.#forgotten || this.#use.plays()) return;
    this.#forgotten = true;
    this.#use.forgotten();
  }
}
