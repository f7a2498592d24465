/** The page's status in one word, and what it says of sound and captions where they differ. */

/** @typedef {import('../i18n/localise.js').Strings} Strings */

/**
 * @typedef {object} Situation
 * @property {'none' | 'open' | 'lost'} captions whether captions arrive
 * @property {import('../captions/caption-feed.js').ChannelState | null} channel the server's last report
 * @property {import('../player/player.js').PlayerState} player
 */

/**
 * The status to show: a key of {@link Strings}.
 *
 * @param {Situation} situation
 * @returns {'connecting' | 'live' | 'waiting' | 'paused' | 'reconnecting' | 'queued' | 'ended' | 'restoring'}
 */
export function statusOf({ captions, channel, player }) {
  if (channel?.state === 'closed' || player === 'ended') return 'ended';
  if (player === 'queued') return 'queued';
  if (player === 'reconnecting') return 'reconnecting';
  if (!sounds(player)) {
    if (captions === 'lost') return 'reconnecting';
    if (captions === 'none' || channel === null) return 'connecting';
  }
  if (channel?.state === 'paused') return 'paused';
  if (channel?.state === 'open' || channel?.floor === 'absent') return 'waiting';
  if (channel?.channel === 'retrying') return 'restoring';
  return player === 'starting' || player === 'connecting' ? 'connecting' : 'live';
}

/**
 * The status in words. Sound and captions have connections of their own: when only one of them works,
 * the words name the other one.
 *
 * @param {Strings} strings
 * @param {Situation} situation
 */
export function statusText(strings, situation) {
  const status = statusOf(situation);
  const trouble = troubleOf(situation, status);
  if (trouble === null) return strings[status];
  const words = `${strings[trouble.part]} – ${strings[trouble.status]}`;
  return trouble.status === status ? words : `${strings[status]} · ${words}`;
}

/**
 * The connection that does not work while the other one does.
 *
 * @param {Situation} situation
 * @param {ReturnType<typeof statusOf>} status
 * @returns {{part: 'sound' | 'captions', status: 'connecting' | 'reconnecting'} | null}
 */
function troubleOf({ captions, player }, status) {
  if (status === 'ended' || status === 'queued') return null;
  if (sounds(player) && captions !== 'open') {
    return { part: 'captions', status: captions === 'lost' ? 'reconnecting' : 'connecting' };
  }
  if (captions !== 'open') return null;
  if (player === 'reconnecting') return { part: 'sound', status: 'reconnecting' };
  if (player === 'starting' || player === 'connecting') {
    return { part: 'sound', status: 'connecting' };
  }
  return null;
}

/** @param {import('../player/player.js').PlayerState} player */
function sounds(player) {
  return player === 'playing' || player === 'buffering';
}
