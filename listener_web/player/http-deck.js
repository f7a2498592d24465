/** One channel as an endless file in the browser's own player, for a locked screen. */
import { ApiError, send } from '../shared/api.js';
import { Backoff } from '../shared/backoff.js';

const WATCH_INTERVAL_MS = 1_000;
/** A slow network may need this long to fill the player's buffer before it begins. */
const START_DEADLINE_MS = 10_000;
/** A player that has begun and then stands still for this long has lost its connection. */
const STALL_MS = 3_000;
/** An attempt that began this recently is left alone. */
const FRESH_MS = 1_000;

/** @typedef {import('./transports.js').DeckMembers} DeckMembers */
/** @typedef {import('./transports.js').DeckState} DeckState */

/** @implements {DeckMembers} */
export class HttpDeck extends EventTarget {
  transport = /** @type {const} */ ('http');
  /** Another channel has another address, and so another deck. */
  canChange = false;
  /** @type {DeckState} */
  state = 'connecting';
  skippedPackets = 0;
  #element = new Audio();
  #backoff = new Backoff(500, 1_500);
  #url;
  #closed = false;
  #underruns = 0;
  #retry = 0;
  #watch = 0;
  #moved = { at: performance.now(), time: 0 };

  /**
   * @param {string} channel
   * @param {string} url of the channel's sound
   * @param {number} volume 0 to 1
   */
  constructor(channel, url, volume) {
    super();
    this.channel = channel;
    this.#url = url;
    this.setVolume(volume);
    this.#element.addEventListener('playing', () => {
      // The phone has ended the interruption by itself. What waited in the player is of the past.
      if (this.state === 'interrupted') {
        this.resume();
        return;
      }
      this.#backoff.reset();
      this.#become('playing');
    });
    this.#element.addEventListener('waiting', () => {
      if (this.state !== 'playing') return;
      this.#underruns += 1;
      this.#become('buffering');
    });
    for (const over of ['error', 'ended']) {
      this.#element.addEventListener(over, () => void this.#lost());
    }
    this.#element.addEventListener('pause', () => {
      if (!this.#element.ended && !this.#element.error) this.#become('interrupted');
    });
    this.#watch = setInterval(() => this.#lookForStall(), WATCH_INTERVAL_MS);
    this.resume();
  }

  /** The browser's player, for a test that wants to hear what it plays. */
  get element() {
    return this.#element;
  }

  get stats() {
    const { buffered, currentTime } = this.#element;
    const end = buffered.length > 0 ? buffered.end(buffered.length - 1) : currentTime;
    return {
      underruns: this.#underruns,
      fill_ms: (end - currentTime) * 1000,
      target_ms: 0,
      played_frames: Math.round(currentTime * 48_000),
      skipped_ms: 0,
    };
  }

  /** @param {number} volume 0 to 1; phones leave it to their own buttons */
  setVolume(volume) {
    this.#element.volume = volume ** 2;
  }

  async change() {
    return false;
  }

  /** Play what is live now. Must be called from a tap after an interruption. */
  resume() {
    clearTimeout(this.#retry);
    if (this.state === 'interrupted') this.#become('buffering');
    this.#moved = { at: performance.now(), time: 0 };
    this.#element.src = this.#url;
    this.#element.play().catch((error) => {
      if (error.name === 'NotAllowedError') this.#become('interrupted');
    });
  }

  /** The network may be back. */
  retryNow() {
    if (this.state !== 'reconnecting' || performance.now() - this.#moved.at < FRESH_MS) return;
    this.#backoff.reset();
    this.resume();
  }

  /** It is audible from the start. */
  fadeIn() {}

  /** Let go of everything. */
  fadeOut() {
    this.close();
  }

  /** Let go of everything. */
  close() {
    this.#closed = true;
    clearInterval(this.#watch);
    clearTimeout(this.#retry);
    this.#element.pause();
    this.#element.removeAttribute('src');
    this.#element.load();
  }

  #lookForStall() {
    const time = this.#element.currentTime;
    if (time !== this.#moved.time || this.state === 'interrupted') {
      this.#moved = { at: performance.now(), time };
    } else if (['playing', 'buffering', 'connecting', 'reconnecting'].includes(this.state)) {
      const patience = time > 0 ? STALL_MS : START_DEADLINE_MS;
      if (performance.now() - this.#moved.at > patience) void this.#lost();
    }
  }

  /** Ask the server why, because the player does not say, and try again. */
  async #lost() {
    if (this.#closed || this.state === 'queued') return;
    this.#become('reconnecting');
    let waitMs = this.#backoff.nextMs();
    try {
      await send(this.#url, { method: 'HEAD' });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 409) return this.#become('ended');
      if (error.full) {
        waitMs = error.waitMs();
        this.#become('queued');
      } else if (!error.retryable) return this.#become('failed');
    }
    if (this.#closed) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      this.#become('reconnecting');
      this.resume();
    }, waitMs);
  }

  /** @param {DeckState} state */
  #become(state) {
    if (state === this.state || this.#closed) return;
    this.state = state;
    this.dispatchEvent(new Event('change'));
  }
}
