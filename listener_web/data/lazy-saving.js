/** The setting of how much data to use, which is loaded after the captions. */

/** @typedef {import('./data-saving.js').DataSaving} DataSaving */

export class LazySaving {
  #page;
  /** @type {Promise<DataSaving> | null} */
  #saving = null;

  /** @param {import('./data-saving.js').SavingPage} page */
  constructor(page) {
    this.#page = page;
  }

  /** Load it, once; a later call tries again if that failed. */
  load() {
    this.#saving ??= import('../bundles/later.js').then(
      ({ later }) => new later.DataSaving(this.#page),
    );
    this.#saving.catch((error) => {
      this.#saving = null;
      console.warn('the setting of data cannot be loaded:', error);
    });
  }

  /** Show what is chosen; it may have been changed elsewhere. */
  show() {
    void this.#saving?.then((saving) => saving.show(), () => undefined);
  }
}
