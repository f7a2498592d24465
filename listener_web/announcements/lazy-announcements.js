/** Announcements, whose scripts are loaded when there is one. */

/** @typedef {import('./announcements.js').Announcements} Announcements */

export class LazyAnnouncements {
  #base;
  #strings;
  /** @type {Promise<Announcements> | null} */
  #loading = null;

  /**
   * @param {string} base of the event's addresses
   * @param {import('../i18n/localise.js').Strings} strings
   */
  constructor(base, strings) {
    this.#base = base;
    this.#strings = strings;
  }

  /** @param {import('./shown-here.js').Announcement[]} [told] all that the server shows now */
  hear(told = []) {
    if (this.#loading === null && told.length === 0) return;
    this.#loading ??= import('../bundles/later.js').then(
      ({ later }) => new later.Announcements(this.#base, this.#strings),
    );
    this.#loading.then(
      (announcements) => announcements.hear(told),
      // The next state tells them again.
      () => (this.#loading = null),
    );
  }
}
