/** Small settings kept in the browser. A browser that forbids storage forgets them. */

class BrowserStorage {
  #open;

  /** @param {() => Storage} open may throw */
  constructor(open) {
    this.#open = open;
  }

  /**
   * @param {string} key
   * @returns {string | null}
   */
  recall(key) {
    try {
      return this.#open().getItem(`broadcaster.${key}`);
    } catch {
      return null;
    }
  }

  /**
   * @param {string} key
   * @param {string} value
   */
  remember(key, value) {
    try {
      this.#open().setItem(`broadcaster.${key}`, value);
    } catch {
      // Forbidden or full: the preference lasts as long as the page.
    }
  }
}

/** Kept on this device. */
export const device = new BrowserStorage(() => localStorage);
/** Kept until the tab is closed; survives a reload. */
export const tab = new BrowserStorage(() => sessionStorage);
