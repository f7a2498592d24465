/** Signs that the network may be back, which come sooner than a connection notices it by itself. */

const UNSEEN_WAIT_MS = 3_600_000;

/**
 * Call `retryNow` whenever the device is online again or changes between networks, and whenever the
 * page comes back: to the screen, from the browser's memory, or from being frozen.
 *
 * @param {() => void} retryNow
 */
export function onNetworkReturn(retryNow) {
  addEventListener('online', retryNow);
  onOtherNetwork(retryNow);
  document.addEventListener('resume', retryNow);
  addEventListener('pageshow', ({ persisted }) => persisted && retryNow());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') retryNow();
  });
}

/**
 * Call `changed` when the device goes from one kind of network to another: from Wi-Fi to mobile data, or
 * back. Browsers tell of many other changes, and not all of them tell of this one.
 *
 * @param {() => void} changed
 */
function onOtherNetwork(changed) {
  const { connection } = /** @type {{connection?: EventTarget & {type?: string}}} */ (navigator);
  let kind = connection?.type;
  connection?.addEventListener?.('change', () => {
    const before = kind;
    kind = connection.type;
    if (kind !== before && kind !== 'none') changed();
  });
}

/**
 * The wait before an attempt, of a page that nobody looks at: it need not try until somebody does, which
 * `onNetworkReturn` tells.
 *
 * @param {number} ms the wait while somebody looks at it
 */
export function unlessUnseen(ms) {
  return document.visibilityState === 'hidden' ? Math.max(ms, UNSEEN_WAIT_MS) : ms;
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

  /**
   * Wait until something calls back.
   *
   * @param {(go: () => void) => () => void} when is given what ends the wait, and returns what takes that back
   */
  until(when) {
    return /** @type {Promise<void>} */ (
      new Promise((resolve) => {
        let leave = () => {};
        this.#end = () => {
          leave();
          resolve();
        };
        leave = when(resolve);
      })
    );
  }

  /** End the wait that is going on, if there is one. */
  end() {
    this.#end();
  }
}
