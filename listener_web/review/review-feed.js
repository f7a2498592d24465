/** A channel's captions for a reviewer, as soon as they are written, and the state of the event. */
import { ApiError, getJson } from '../shared/api.js';
import { eventAddress } from '../shared/organizer.js';
import { isNewer, writtenMs } from '../captions/caption-ids.js';

/** @typedef {import('../captions/caption-feed.js').Caption} Caption */
/** @typedef {{state: import('../desk/api-types.js').EventState, hold_back_s: number}} EventFacts */

const RETRY_MS = 3_000;
/** The browser reconnects by itself; a shorter outage is not worth a word. */
const QUIET_MS = 3_000;

/**
 * @typedef {object} FeedListeners
 * @property {(caption: Caption, writtenMs: number) => void} caption
 * @property {(facts: EventFacts) => void} event
 * @property {(replacements: import('./replacements.js').Replacement[]) => void} replacements
 * @property {(connected: boolean) => void} connection
 * @property {(error: unknown) => void} failed the server refuses the stream
 */

export class ReviewFeed {
  #event;
  #address;
  #on;
  /** @type {EventSource | null} */
  #source = null;
  #lastId = '';
  #alarm = 0;
  #retry = 0;
  #closed = false;

  /**
   * @param {string} event
   * @param {string} channel
   * @param {FeedListeners} on
   */
  constructor(event, channel, on) {
    this.#event = event;
    this.#address = `${eventAddress(event)}/captions/${encodeURIComponent(channel)}`;
    this.#on = on;
    this.#connect();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#alarm);
    clearTimeout(this.#retry);
    this.#source?.close();
  }

  #connect() {
    const source = new EventSource(this.#address);
    this.#source = source;
    source.addEventListener('caption', ({ data, lastEventId }) => {
      if (!isNewer(lastEventId, this.#lastId)) return;
      this.#lastId = lastEventId;
      this.#on.caption(JSON.parse(data), writtenMs(lastEventId));
    });
    source.addEventListener('replacements', ({ data }) => this.#on.replacements(JSON.parse(data)));
    source.addEventListener('event', ({ data }) => this.#on.event(JSON.parse(data)));
    source.onopen = () => {
      clearTimeout(this.#alarm);
      this.#alarm = 0;
      this.#on.connection(true);
    };
    source.onerror = () => {
      this.#alarm ||= window.setTimeout(() => this.#on.connection(false), QUIET_MS);
      if (source.readyState === EventSource.CLOSED) void this.#askWhy();
    };
  }

  /** The answer was not a stream: an ordinary request tells the reason. */
  async #askWhy() {
    try {
      await getJson(`${eventAddress(this.#event)}/review`);
    } catch (error) {
      if (error instanceof ApiError && !error.retryable) {
        this.close();
        this.#on.failed(error);
        return;
      }
    }
    if (!this.#closed) this.#retry = window.setTimeout(() => this.#connect(), RETRY_MS);
  }
}
