/**
 * One channel's captions: by server-sent events, or by polling where those do not arrive.
 *
 * An open connection does not mean that data flows: antivirus programs and inspecting proxies hold the
 * body of an endless answer back. The server sends a `state` event at once and again every 15 s. When
 * one is overdue, the feed polls, and tries the stream again now and then. Each caption is given out
 * once, whichever way it comes first, because the ids on both ways are the same and only grow.
 *
 * It begins with the newest captions, which may have come with the page. `caption-history.js` has the
 * earlier ones.
 */
import { getJson } from '../shared/api.js';
import { Backoff } from '../shared/backoff.js';
import { Wait } from '../shared/network.js';
import { takeAnswer } from '../shared/page-answers.js';
import { network } from '../shared/reachable.js';
import { CaptionHistory } from './caption-history.js';
import { isNewer, writtenMs } from './caption-ids.js';

/** A stream that does not even open in this time is held back. */
export const OPENS_WITHIN_MS = 10_000;
/** A stream without an event in this time after it opened is held back. */
export const FIRST_EVENT_MS = 4_000;
/** Two events that the server sends in any case are missing after this time. */
export const NEXT_EVENT_MS = 35_000;
export const POLL_MS = 1_000;
/** A question that failed after this time was not answered; before, it was refused. */
export const UNANSWERED_MS = 5_000;
/** A stream that brings an event at this age has brought more than its beginning. */
export const PROVEN_MS = 14_000;
/** A connection that was opened or brought something this recently works. */
export const FRESH_MS = 2_000;
/** How long to poll before the stream is tried again. */
export const FIRST_REOPEN_MS = 30_000;
export const LAST_REOPEN_MS = 300_000;
/** Captions to begin with, about three screens of a phone; the server's page comes with as many. */
const NEWEST = 40;
const UTF8 = new TextEncoder();

/**
 * @typedef {object} Caption
 * @property {string} id
 * @property {string} channel
 * @property {number} start_ms
 * @property {number} end_ms
 * @property {string} text
 * @property {boolean} final
 * @property {number} [revision] counts what reviewers changed, from 1; missing for what was said
 * @property {boolean} [corrected] its text is not what was said
 * @property {boolean} [hidden] a reviewer hid it; its text is empty
 * @property {string} [speaker] name of the person who said it, where several microphones have names
 */

/**
 * The server's state of the event and the channel.
 *
 * @typedef {object} ChannelState
 * @property {'open' | 'live' | 'paused' | 'closed'} state of the event
 * @property {'speaking' | 'silent' | 'absent'} floor
 * @property {string} channel state of the booth
 * @property {string[]} [channels] ids of the channels of the event
 * @property {string[]} [humans] ids of the channels on which a human interpreter is heard
 * @property {string} [language] of the floor, a tag, once it is known
 * @property {string} [notice] the organizer's sentence
 * @property {import('../announcements/shown-here.js').Announcement[]} [announcements] that are shown now
 * @property {string} [starts_at] the planned start of an event that is open, ISO 8601
 * @property {number} [lag_s] how far the interpreter is behind the speaker, once that is known
 */

/** @typedef {{state: ChannelState, before: string, after: string, more: boolean, captions: Caption[]}} Polled */

/** Reconnects by itself until the event is closed. */
export class CaptionFeed {
  /** Bytes that came by the streams of all channels since the page was loaded. */
  static receivedBytes = 0;
  /** Whether streams are held back on the way to this page; the next channel then polls at once. */
  static #streamsAreHeld = false;
  #backoff = new Backoff(500, 3_000);
  #pollBackoff = new Backoff(500, 3_000);
  #pollWait = new Wait();
  #reopenBackoff = new Backoff(FIRST_REOPEN_MS, LAST_REOPEN_MS);
  /** @type {EventSource | null} */
  #source = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  /** Takes back that the stream is opened when the server can be reached. */
  #leave = () => {};
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #alarm;
  /** Whether this stream has brought an event, and when it was opened. */
  #flows = false;
  #openedMs = 0;
  #heardMs = 0;
  /** How many streams in a row stopped after their beginning. */
  #stopped = 0;
  /** Counts the rounds of polling; odd while one goes on. */
  #round = 0;
  #closed = false;
  #paused = false;
  #lastId = '';
  /** Whether the history is known. */
  #begun = false;

  /**
   * @param {{stream: string, poll: string, history?: string}} addresses of the channel's captions
   * @param {object} on
   * @param {(caption: Caption, writtenMs: number) => void} on.caption with the Unix time of its writing
   * @param {(state: ChannelState) => void} on.state
   * @param {(connected: boolean) => void} on.connection whether captions arrive
   * @param {(history: CaptionHistory) => void} [on.history] the captions before the first one, once
   */
  constructor(addresses, on) {
    this.addresses = addresses;
    this.on = on;
    const cameWithPage = takeAnswer(withId(addresses.poll, ''));
    if (cameWithPage !== undefined) this.#take(cameWithPage);
    if (this.#closed) {
      on.connection(true);
      return;
    }
    this.#connect();
    if (CaptionFeed.#streamsAreHeld) void this.#poll();
  }

  /** Stop reading. */
  close() {
    this.#closed = true;
    this.#disconnect();
  }

  /** Receive nothing until `resume`. No caption is missed by that. */
  pause() {
    this.#paused = true;
    this.#disconnect();
    if (!this.#polling) return;
    this.#round++;
    this.#pollWait.end();
  }

  /** Receive again, from the last caption. */
  resume() {
    if (!this.#paused) return;
    this.#paused = false;
    if (this.#closed) return;
    this.#backoff.reset();
    this.#connectIn(0);
    if (CaptionFeed.#streamsAreHeld) void this.#poll();
  }

  /** The network may be back: ask at once, unless something has just come. */
  retryNow() {
    const now = Date.now();
    if (this.#closed || this.#paused || now - this.#heardMs < FRESH_MS) return;
    if (network.silent) {
      network.askNow();
      return;
    }
    if (this.#polling) {
      this.#pollBackoff.reset();
      this.#pollWait.end();
      return;
    }
    const refused = this.#source?.readyState === EventSource.CLOSED;
    if (!refused && now - this.#openedMs < FRESH_MS) return;
    this.#source?.close();
    this.#backoff.reset();
    this.#connectIn(0);
  }

  #connect() {
    const source = new EventSource(withId(this.addresses.stream, this.#lastId));
    this.#source = source;
    this.#flows = false;
    this.#openedMs = Date.now();
    this.#expectEvent(OPENS_WITHIN_MS);
    source.onopen = () => this.#expectEvent(FIRST_EVENT_MS);
    source.addEventListener('caption', ({ data, lastEventId }) => {
      count('caption', data, lastEventId);
      this.#arrived();
      const caption = JSON.parse(data);
      const newer = isNewer(lastEventId, this.#lastId);
      // While captions are held back, a revision comes under the id of the last one.
      if (!newer && !caption.revision) return;
      this.#begin(lastEventId);
      if (newer) this.#lastId = lastEventId;
      this.on.caption(caption, writtenMs(lastEventId));
    });
    source.addEventListener('state', ({ data }) => {
      count('state', data, '');
      this.#arrived();
      this.#tellState(JSON.parse(data));
    });
    source.onerror = () => {
      if (this.#closed) {
        this.close();
        return;
      }
      this.#expectEvent(OPENS_WITHIN_MS);
      if (!this.#polling) this.on.connection(false);
      // The browser reconnects by itself, from the last id, unless the answer was not a stream. Then
      // this makes a new source.
      if (source.readyState === EventSource.CLOSED) this.#connectIn(this.#backoff.nextMs());
    };
  }

  /** @param {number} ms */
  #connectIn(ms) {
    this.#disconnect();
    this.#retry = setTimeout(() => {
      this.#leave = network.whenReached(() => this.#connect());
    }, ms);
  }

  #disconnect() {
    clearTimeout(this.#alarm);
    clearTimeout(this.#retry);
    this.#leave();
    this.#source?.close();
  }

  /** The stream has brought an event. */
  #arrived() {
    this.#backoff.reset();
    this.#flows = true;
    this.#heardMs = Date.now();
    network.answered();
    if (Date.now() - this.#openedMs >= PROVEN_MS) this.#stopped = 0;
    if (this.#polling) this.#round++;
    CaptionFeed.#streamsAreHeld = false;
    this.#expectEvent(NEXT_EVENT_MS);
    this.on.connection(true);
  }

  /** @param {number} ms */
  #expectEvent(ms) {
    clearTimeout(this.#alarm);
    this.#alarm = setTimeout(() => this.#takeAnotherWay(), ms);
  }

  #takeAnotherWay() {
    this.#source?.close();
    if (this.#flows) this.#stopped++;
    // A stream that stopped once was perhaps cut off while the device slept.
    const slept = this.#flows && this.#stopped === 1;
    CaptionFeed.#streamsAreHeld = !slept;
    const waitMs = this.#flows ? LAST_REOPEN_MS : this.#reopenBackoff.nextMs();
    this.#connectIn(slept ? 0 : waitMs);
    if (!this.#polling) void this.#poll();
  }

  get #polling() {
    return this.#round % 2 === 1;
  }

  /** Ask again and again, until the stream brings an event. */
  async #poll() {
    const round = ++this.#round;
    const goesOn = () => round === this.#round && !this.#closed;
    for (;;) {
      if (network.silent) this.on.connection(false);
      await this.#pollWait.until((go) => network.whenReached(go));
      if (!goesOn()) return;
      const asked = this.#lastId;
      const askedMs = Date.now();
      /** @type {Polled | null} */
      const answer = await getJson(withId(this.addresses.poll, asked)).catch(() => null);
      if (!goesOn()) return;
      let waitMs = POLL_MS;
      if (answer === null) {
        this.on.connection(false);
        waitMs = this.#pollBackoff.nextMs();
        if (Date.now() - askedMs >= UNANSWERED_MS) network.lost();
      } else {
        this.#pollBackoff.reset();
        this.#heardMs = Date.now();
        network.answered();
        this.on.connection(true);
        // The stream may have brought something newer in the meantime.
        if (this.#lastId === asked) this.#take(answer);
        if (answer.more) waitMs = 0;
      }
      await this.#pollWait.pass(waitMs);
      if (!goesOn()) return;
    }
  }

  /** @param {Polled} answer */
  #take(answer) {
    if (answer.captions.length > 0) this.#begin(answer.before);
    // Only the id of the last one is known; the others were written as much earlier as they ended.
    const lag = writtenMs(answer.after) - (answer.captions.slice(-1)[0]?.end_ms ?? 0);
    for (const caption of answer.captions) this.on.caption(caption, caption.end_ms + lag);
    this.#lastId = answer.after;
    this.#tellState(answer.state);
    if (this.#closed) this.close();
  }

  /** @param {string} id of the first caption, before it is given out */
  #begin(id) {
    if (this.#begun) return;
    this.#begun = true;
    const { history } = this.addresses;
    if (history) this.on.history?.(new CaptionHistory(history, id));
  }

  /** @param {ChannelState} state */
  #tellState(state) {
    if (state.state === 'closed') this.#closed = true;
    this.on.state(state);
  }
}

/**
 * @param {string} address
 * @param {string} id of the last caption; empty before the first
 */
function withId(address, id) {
  return `${address}?${id === '' ? `newest=${NEWEST}` : `after=${encodeURIComponent(id)}`}`;
}

/**
 * Count an event as it was written, see docs/protocol.md.
 *
 * @param {string} name
 * @param {string} data
 * @param {string} id empty for none
 */
function count(name, data, id) {
  const lines = `${id && `id: ${id}\n`}event: ${name}\ndata: ${data}\n\n`;
  CaptionFeed.receivedBytes += UTF8.encode(lines).length;
}
