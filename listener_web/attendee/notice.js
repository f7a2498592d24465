/** The sentence above the Listen button: what happens, what comes next, and what is to be done. */
import { statusOf } from './status.js';

/** @typedef {import('../i18n/localise.js').TextKey} TextKey */

/**
 * @typedef {object} Notice
 * @property {TextKey | null} text null for no notice
 * @property {'' | 'warn'} tone `warn` for what keeps the attendee from hearing or reading
 * @property {Record<string, string>} [values] of the text's placeholders
 */

/**
 * The names of a language that the server has refused, and of the one that is heard instead.
 *
 * @typedef {{language: string, other: string}} Refusal
 */

/**
 * The notice for a situation.
 *
 * @param {import('./status.js').Situation} situation
 * @param {object} more
 * @param {boolean} more.soundPossible whether this browser has a way to play
 * @param {boolean} more.soundInvited whether to say that there is sound to listen to
 * @param {boolean} more.lostForLong whether a connection has been lost for longer than a moment
 * @param {Refusal | null} more.refusal of a language that was just chosen
 * @returns {Notice}
 */
export function noticeOf(situation, { soundPossible, soundInvited, lostForLong, refusal }) {
  const { player } = situation;
  const status = statusOf(situation);
  if (status === 'ended') return { text: null, tone: '' };
  if (player === 'interrupted') return warning('interrupted');
  if (player === 'queued') return { text: 'queuedLonger', tone: '' };
  const lost = lostForLong ? lossOf(situation) : null;
  if (lost !== null) return warning(lost);
  if (refusal !== null) return { ...warning('channelRefused'), values: refusal };
  if (player === 'failed') return warning('soundFailed');
  if (!soundPossible) return warning('needsBrowser');
  if (status === 'live' && situation.channel?.channel === 'failed') {
    return warning('interpretationStopped');
  }
  return { text: player === 'idle' && soundInvited ? 'headphones' : null, tone: '' };
}

/**
 * Whether a connection that worked is lost.
 *
 * @param {import('./status.js').Situation} situation
 */
export function isLost({ captions, player }) {
  return captions === 'lost' || player === 'reconnecting';
}

/**
 * @param {import('./status.js').Situation} situation
 * @returns {TextKey | null}
 */
function lossOf({ captions, player }) {
  if (captions === 'lost') {
    if (player === 'reconnecting') return 'connectionLostListening';
    return player === 'playing' || player === 'buffering' ? 'captionsLost' : 'connectionLost';
  }
  return player === 'reconnecting' ? 'soundLost' : null;
}

/**
 * @param {TextKey} text
 * @returns {Notice}
 */
function warning(text) {
  return { text, tone: 'warn' };
}
