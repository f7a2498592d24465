/** The event's channels and state, and what the page shows until it has them. */
import { ApiError, getJson } from '../shared/api.js';
import { Backoff } from '../shared/backoff.js';
import { byId, setText } from '../shared/dom.js';
import { Wait, onNetworkReturn } from '../shared/network.js';

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
  onNetworkReturn(() => wait.end());
  for (;;) {
    try {
      return await getJson(address);
    } catch (error) {
      const answer = error instanceof ApiError ? error.status : 0;
      const status = answer === 404 ? 'waiting' : answer === 503 ? 'queued' : 'reconnecting';
      byId('status', HTMLElement).dataset.status = status;
      setText(byId('status-text', HTMLElement), strings[status]);
      const more = answer === 404 ? strings.notOpen : strings.captionsSoon;
      setText(byId('placeholder', HTMLElement), answer === 503 ? strings.queuedLonger : more);
      const waitMs = error instanceof ApiError && answer === 503 ? error.waitMs() : 0;
      await wait.pass(Math.max(waitMs, backoff.nextMs()));
    }
  }
}
