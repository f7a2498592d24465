/** Signs that the network may be back, which come sooner than a connection notices it by itself. */

/**
 * Call `retryNow` whenever the device is online again, and whenever the page comes back: to the
 * screen, or from the browser's memory.
 *
 * @param {() => void} retryNow
 */
export function onNetworkReturn(retryNow) {
  addEventListener('online', retryNow);
  addEventListener('pageshow', ({ persisted }) => persisted && retryNow());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') retryNow();
  });
}

/** A wait between two attempts, which can be ended. One at a time. */
export class Wait {
  #end = () => {};

  /** @param {number} ms */
  pass(ms) {
    return /** @type {Promise<void>} */ (
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#end = () => {
          clearTimeout(timer);
          resolve();
        };
      })
    );
  }

  /** End the wait that is going on, if there is one. */
  end() {
    this.#end();
  }
}
