/** `window.broadcasterPlayer`: the player as tests and support see it. */

/** @typedef {import('../player/player.js').Player} Player */

/**
 * A read-only view of the player.
 *
 * @param {Player} player
 */
export function inspector(player) {
  return Object.freeze({
    get state() {
      return player.state;
    },
    get channel() {
      return player.channel;
    },
    get transport() {
      return player.transport;
    },
    get element() {
      return player.element;
    },
    get underruns() {
      return player.stats.underruns;
    },
    get fill_ms() {
      return player.stats.fill_ms;
    },
    get target_ms() {
      return player.stats.target_ms;
    },
    get skipped_ms() {
      return player.stats.skipped_ms;
    },
    get skipped_packets() {
      return player.stats.skipped_packets;
    },
    get received_bytes() {
      return player.stats.received_bytes;
    },
    get played_frames() {
      return player.stats.played_frames;
    },
    get context_time() {
      return player.context?.currentTime ?? 0;
    },
    get context() {
      return player.context;
    },
    get output() {
      return player.output;
    },
  });
}
