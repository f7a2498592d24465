/** Searches all that was said on a channel, and goes from one place to the next. */
import { getJson } from '../shared/api.js';

/** How long to wait until the page shows older captions. */
const OLDER_WITHIN_MS = 5_000;

/**
 * A place where the words were said.
 *
 * @typedef {object} Match
 * @property {string[]} captions ids
 * @property {string} id of the first one in the stream
 * @property {number} start_ms
 * @property {string} text of all of them
 */

/** @typedef {{matches: Match[], more: boolean}} Found */

/** The places that a search found, one of which is shown. The newest is the first to be shown. */
export class Results {
  #index;

  /** @param {Found} found */
  constructor({ matches, more }) {
    this.matches = matches;
    this.more = more;
    this.#index = matches.length - 1;
  }

  get current() {
    return this.matches[this.#index] ?? null;
  }

  /** Counted from 1. */
  get position() {
    return this.#index + 1;
  }

  /**
   * Go to another place, around the ends.
   *
   * @param {1 | -1} step to newer or older ones
   */
  move(step) {
    const { length } = this.matches;
    if (length > 0) this.#index = (this.#index + step + length) % length;
    return this.current;
  }
}

/**
 * @param {string} address of the search on a channel
 * @param {string} query
 * @returns {Promise<Results>}
 */
export async function search(address, query) {
  return new Results(await getJson(`${address}?q=${encodeURIComponent(query)}`));
}

/**
 * The captions of a match on the page. Captions that are older than those on the page are loaded by
 * scrolling to its top, again and again, until the match is there or nothing older comes.
 *
 * @param {import('../captions/caption-view.js').CaptionView} view
 * @param {Match} match
 * @param {AbortSignal} signal gives up
 * @returns {Promise<HTMLElement[]>} empty if they cannot be shown
 */
export async function bringIn(view, match, signal) {
  const { log } = view;
  for (let fromNewest = false; ; ) {
    const found = match.captions.flatMap((id) => captionOf(log, id) ?? []);
    const all = /** @type {NodeListOf<HTMLElement>} */ (log.querySelectorAll('[data-caption]'));
    const [first, last] = [all[0], all[all.length - 1]];
    const complete = found.length === match.captions.length;
    if (complete || !first || !last || signal.aborted) return found;
    if (!fromNewest && Number(last.dataset.start) < match.start_ms) {
      // A page that shows the past has perhaps forgotten what came after it.
      fromNewest = true;
      view.showNewest();
      continue;
    }
    // It is not on the page yet.
    if (Number(first.dataset.start) <= match.start_ms) return found;
    const changed = nextChange(log, signal);
    view.lookBack();
    if (!(await changed)) return found;
  }
}

/**
 * @param {HTMLElement} log
 * @param {string} id of a caption
 */
function captionOf(log, id) {
  return /** @type {HTMLElement | null} */ (log.querySelector(`[data-caption="${CSS.escape(id)}"]`));
}

/**
 * Wait until captions are added before the first one.
 *
 * @param {HTMLElement} log
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>} false if none are
 */
function nextChange(log, signal) {
  return new Promise((resolve) => {
    const first = log.querySelector('[data-caption]');
    const end = (/** @type {boolean} */ changed) => {
      observer.disconnect();
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      resolve(changed);
    };
    const abort = () => end(false);
    const observer = new MutationObserver(() => {
      if (log.querySelector('[data-caption]') !== first) end(true);
    });
    const timer = setTimeout(abort, OLDER_WITHIN_MS);
    observer.observe(log, { childList: true, subtree: true });
    signal.addEventListener('abort', abort);
  });
}
