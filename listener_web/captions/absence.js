/** Tells a speaker who has left from a server that does not know of the speaker yet. */

/**
 * A server that has just begun to follow an event reports the speaker as absent until the floor's next
 * report, which comes once a second.
 */
export const ABSENT_FOR_MS = 1_500;

/** @typedef {import('./caption-feed.js').ChannelState} ChannelState */

/** Passes the server's reports on, except an absence of the speaker that is over in a moment. */
export class AbsenceFilter {
  #pass;
  #absent = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {(state: ChannelState) => void} pass */
  constructor(pass) {
    this.#pass = pass;
  }

  /** @param {ChannelState} state */
  hear(state) {
    const absent = state.state === 'live' && state.floor === 'absent';
    if (absent && !this.#absent) {
      this.#timer ??= setTimeout(() => {
        this.#absent = true;
        this.#pass(state);
      }, ABSENT_FOR_MS);
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#absent = absent;
    this.#pass(state);
  }
}
