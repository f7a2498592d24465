/** The page's status in one word. */

/** @typedef {import('../i18n/localise.js').Strings} Strings */

/**
 * @typedef {object} Situation
 * @property {'none' | 'open' | 'lost'} captions connection of the caption stream
 * @property {import('./caption-feed.js').ChannelState | null} channel the server's last report
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
  if (captions === 'lost' || player === 'reconnecting') return 'reconnecting';
  if (captions === 'none' || channel === null) return 'connecting';
  if (channel.state === 'paused') return 'paused';
  if (channel.state === 'open' || channel.floor === 'absent') return 'waiting';
  if (channel.channel === 'retrying') return 'restoring';
  return player === 'starting' || player === 'connecting' ? 'connecting' : 'live';
}
