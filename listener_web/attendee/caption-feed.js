/** One channel's captions, by server-sent events. */
import { Backoff } from '../shared/backoff.js';

/**
 * @typedef {object} Caption
 * @property {string} id
 * @property {string} channel
 * @property {number} start_ms
 * @property {number} end_ms
 * @property {string} text
 * @property {boolean} final
 */

/**
 * The server's state of the event and the channel.
 *
 * @typedef {object} ChannelState
 * @property {'open' | 'live' | 'paused' | 'closed'} state of the event
 * @property {'speaking' | 'silent' | 'absent'} floor
 * @property {string} channel state of the booth
 */

/** Reconnects by itself until the event is closed. */
export class CaptionFeed {
  #backoff = new Backoff(1_000, 15_000);
  /** @type {EventSource | null} */
  #source = null;
  #retry = 0;
  #closed = false;

  /**
   * @param {string} url
   * @param {object} on
   * @param {(caption: Caption) => void} on.caption
   * @param {(state: ChannelState) => void} on.state
   * @param {(connected: boolean) => void} on.connection
   */
  constructor(url, on) {
    this.url = url;
    this.on = on;
    this.#connect();
  }

  /** Stop reading. */
  close() {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#source?.close();
  }

  #connect() {
    const source = new EventSource(this.url);
    this.#source = source;
    source.onopen = () => {
      this.#backoff.reset();
      this.on.connection(true);
    };
    source.addEventListener('caption', ({ data }) => this.on.caption(JSON.parse(data)));
    source.addEventListener('state', ({ data }) => {
      /** @type {ChannelState} */
      const state = JSON.parse(data);
      if (state.state === 'closed') this.#closed = true;
      this.on.state(state);
    });
    source.onerror = () => {
      if (this.#closed) {
        source.close();
        return;
      }
      this.on.connection(false);
      // The browser reconnects by itself, from the last id, unless the answer was not a stream. Then
      // this makes a new source. It begins with the history, and the view knows captions by their ids.
      if (source.readyState === EventSource.CLOSED) {
        clearTimeout(this.#retry);
        this.#retry = setTimeout(() => this.#connect(), this.#backoff.nextMs());
      }
    };
  }
}
