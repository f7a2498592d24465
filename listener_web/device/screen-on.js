/** Decides whether the screen stays on: for people who look at it, not for a phone in a pocket. */

/**
 * What is known about the attendee.
 *
 * @typedef {object} Attention
 * @property {boolean} allowed by the attendee's settings
 * @property {string} status of the page, see `statusOf`
 * @property {boolean} soundWanted
 * @property {boolean} playsLocked whether the sound goes on behind a locked screen
 * @property {boolean} stopped whether the attendee has stopped the sound and not touched the captions since
 */

/**
 * Whether the screen has to stay on.
 *
 * @param {Attention} attention
 */
export function needsScreen({ allowed, status, soundWanted, playsLocked, stopped }) {
  if (!allowed || status === 'ended') return false;
  if (soundWanted) return !playsLocked;
  return status === 'live' && !stopped;
}
