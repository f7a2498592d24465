/** The event's channels and state, and what the page shows until it has them. */
import { ApiError, getJson } from '../shared/api.js';
import { Backoff } from '../shared/backoff.js';
import { byId, setText } from '../shared/dom.js';
import { Wait, onNetworkReturn } from '../shared/network.js';

/** After this many answers that there is no such event, the link is probably wrong. */
const PROBABLY_WRONG_AFTER = 3;

/** @typedef {import('../i18n/languages.js').Channel} Channel */
/** @typedef {import('../i18n/localise.js').Strings} Strings */
/** @typedef {{title: string, state: string, channels: Channel[]}} EventInfo */

/**
 * Fetch the event's channels and state. Waits for an event that is not open yet.
 *
 * @param {string} address
 * @param {Strings} strings
 * @returns {Promise<EventInfo>}
 */
export async function waitForEvent(address, strings) {
  const backoff = new Backoff(2_000, 15_000);
  const wait = new Wait();
  let missing = 0;
  onNetworkReturn(() => wait.end());
  for (;;) {
    try {
      const info = await getJson(address);
      document.body.dataset.event = 'open';
      setText(byId('placeholder', HTMLElement), strings.captionsSoon);
      return info;
    } catch (error) {
      const full = error instanceof ApiError && error.full;
      const isMissing = error instanceof ApiError && error.status === 404;
      if (isMissing) missing += 1;
      // There is nothing to listen to.
      document.body.dataset.event = isMissing ? 'missing' : 'unknown';
      const [status, text] = explained({ full, missing: isMissing ? missing : 0 });
      byId('status', HTMLElement).dataset.status = status;
      setText(byId('status-text', HTMLElement), strings[status]);
      setText(byId('placeholder', HTMLElement), strings[text]);
      const waitMs = full ? error.waitMs() : 0;
      await wait.pass(Math.max(waitMs, backoff.nextMs()));
    }
  }
}

/**
 * The status and the sentence while there is no event. A draft and a wrong link look the same.
 *
 * @param {object} answer
 * @param {boolean} answer.full whether the server has no place at present
 * @param {number} answer.missing how often it said that there is no such event, 0 for another answer
 * @returns {[keyof Strings, keyof Strings]}
 */
export function explained({ full, missing }) {
  if (full) return ['queued', 'queuedLonger'];
  if (missing === 0) return ['reconnecting', 'connectionLost'];
  return missing < PROBABLY_WRONG_AFTER ? ['waiting', 'notOpen'] : ['noEvent', 'wrongLink'];
}
