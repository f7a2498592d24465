/** Sends revisions, each under an id of its own, so that sending one again changes nothing. */
import { ApiError, sendJson } from '../shared/api.js';
import { eventAddress } from '../shared/organizer.js';

/** @typedef {import('./lines.js').Line} Line */

const ATTEMPTS = 4;
const PAUSE_MS = 700;
const ID_BYTES = 12;

/**
 * Revise a caption; an answer that does not come is asked for again.
 *
 * @param {string} event
 * @param {string} channel
 * @param {object} wish
 * @param {string} wish.caption id
 * @param {number} wish.expected_revision
 * @param {string} [wish.text]
 * @param {boolean} [wish.hidden]
 * @returns {Promise<import('../captions/caption-feed.js').Caption>} as it is now
 */
export async function revise(event, channel, wish) {
  const id = [...crypto.getRandomValues(new Uint8Array(ID_BYTES))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
  const path = `${eventAddress(event)}/captions/${encodeURIComponent(channel)}/revisions`;
  for (let attempt = 1; ; attempt++) {
    try {
      return await sendJson('POST', path, { id, ...wish });
    } catch (error) {
      const again = error instanceof ApiError && (error.status === 0 || error.status >= 500);
      if (!again || attempt === ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * attempt));
    }
  }
}
