/**
 * The player's interface to a transport: one channel that is being played.
 * `WebSocketDeck`, `WhepDeck` and `HttpDeck` implement it.
 */

/**
 * - `connecting`: there is no connection yet.
 * - `buffering`: connected, but there is too little sound to begin.
 * - `playing`: sound is heard.
 * - `reconnecting`: the connection was lost and is being made again.
 * - `queued`: the server is full; the deck asks again.
 * - `interrupted`: the sound needs a tap to continue.
 * - `failed`: this transport does not work here.
 * - `ended`: the event is over.
 *
 * @typedef {'connecting' | 'buffering' | 'playing' | 'reconnecting' | 'queued' | 'interrupted'
 *   | 'failed' | 'ended'} DeckState
 */

/**
 * Counters since the deck was made, and its buffer now.
 *
 * @typedef {object} DeckStats
 * @property {number} underruns how often sound was missing
 * @property {number} fill_ms sound in the buffer
 * @property {number} target_ms how full the buffer should be, 0 where the browser decides that
 * @property {number} played_frames samples played
 * @property {number} skipped_ms sound left out to catch up
 */

/**
 * A deck fires `change` when its state changes. It is silent until `fadeIn`; one that plays outside
 * the audio graph is audible at once.
 *
 * @typedef {object} DeckMembers
 * @property {import('./transports.js').Transport} transport
 * @property {string} channel
 * @property {DeckState} state
 * @property {DeckStats} stats
 * @property {number} skippedPackets packets that the server left out because this listener was slow
 * @property {HTMLMediaElement | null} element the browser's own player, null for sound that passes
 *   through the audio graph
 * @property {boolean} canChange whether `change` may be called now
 * @property {(channel: string, url: string) => Promise<boolean>} change plays another channel
 *   without a new deck and says whether the server could do that
 * @property {(volume: number) => void} setVolume 0 to 1, for sound outside the audio graph
 * @property {() => void} resume plays on after `interrupted`; must be called from a tap
 * @property {() => void} retryNow ends the wait for the next attempt: the network may be back
 * @property {() => void} fadeIn becomes audible
 * @property {() => void} fadeOut becomes silent, then closes
 * @property {() => void} close lets go of everything at once
 *
 * @typedef {EventTarget & DeckMembers} Deck
 */

/** Counters of all decks that were used since the page was loaded. */
export class DeckTotals {
  /** @param {DeckTotals} [before] the totals to begin with */
  constructor(before) {
    this.underruns = before?.underruns ?? 0;
    this.played_frames = before?.played_frames ?? 0;
    this.skipped_ms = before?.skipped_ms ?? 0;
    this.skipped_packets = before?.skipped_packets ?? 0;
  }

  /**
   * Count what a deck has counted until now.
   *
   * @param {Pick<DeckMembers, 'stats' | 'skippedPackets'>} deck
   */
  add({ stats, skippedPackets }) {
    this.underruns += stats.underruns;
    this.played_frames += stats.played_frames;
    this.skipped_ms += stats.skipped_ms;
    this.skipped_packets += skippedPackets;
  }
}
