/**
 * One channel as an endless file in the browser's own player, for a locked screen, where the page cannot feed the
 * player (`fed/fed-deck.js`).
 */
import { ApiError, send } from '../shared/api.js';
import { Backoff } from '../shared/backoff.js';
import { abortedAfter } from '../shared/deadline.js';

const WATCH_INTERVAL_MS = 1_000;
/** A slow network may need this long to fill the player's buffer before it begins. */
const START_DEADLINE_MS = 10_000;
/** A player that has begun and then stands still for this long has lost its connection. */
const STALL_MS = 1_500;
/** An attempt that began this recently is left alone. */
const FRESH_MS = 1_000;
/** The bit rates of the MP3 are constant. */
const BYTES_PER_S = 12_000;
const LOW_BYTES_PER_S = 4_000;
/** A server that does not answer in this time is asked again. */
const ANSWER_DEADLINE_MS = 2_500;
/** Chromium takes 32 kB at a time. What is buffered at least, over this many seconds, tells more. */
const LOW_OVER = 5;
/** Sound that is this late is played faster, as long as more than usual is buffered. */
const LATE_MS = 300;
const HASTY_RATE = 1.2;
/** Sound that is this late is left out: the player begins again with what is live. */
const FAR_TOO_LATE_MS = 5_000;

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
  /** Received by earlier connections. */
  #earlierBytes = 0;
  #bytesPerSecond;
  #moved = { at: performance.now(), time: 0 };
  /** Counts the attempts; only the last one goes on. */
  #attempt = 0;
  /** Whether the player has the address, and has not lost the connection to it. */
  #loads = false;
  /** When this attempt began to play, and at which of the player's times. */
  #began = /** @type {{at: number, time: number} | null} */ (null);
  /** What was buffered lately, once a second, and what is usually buffered at least. */
  #fills_ms = /** @type {number[]} */ ([]);
  #usual_ms = 0;

  /**
   * @param {string} channel
   * @param {string} url of the channel's sound
   * @param {number} volume 0 to 1
   */
  constructor(channel, url, volume) {
    super();
    this.channel = channel;
    this.#url = url;
    this.#bytesPerSecond = decodeURIComponent(url).endsWith('+low.mp3') ? LOW_BYTES_PER_S : BYTES_PER_S;
    this.setVolume(volume);
    this.#element.addEventListener('playing', () => {
      // The phone has ended the interruption by itself. What waited in the player is of the past.
      if (this.state === 'interrupted') {
        this.resume();
        return;
      }
      this.#backoff.reset();
      this.#began ??= { at: performance.now(), time: this.#element.currentTime };
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
    this.#watch = setInterval(() => {
      this.#lookForStall();
      this.#catchUp();
    }, WATCH_INTERVAL_MS);
    this.resume();
  }

  /** The browser's player, for a test that wants to hear what it plays. */
  get element() {
    return this.#element;
  }

  /** A player does not tell the bytes, but up to where it has received. */
  get receivedBytes() {
    return this.#earlierBytes + this.#receivedUntil * this.#bytesPerSecond;
  }

  get #receivedUntil() {
    const { buffered, currentTime } = this.#element;
    return buffered.length > 0 ? buffered.end(buffered.length - 1) : currentTime;
  }

  get stats() {
    const { currentTime } = this.#element;
    return {
      underruns: this.#underruns,
      fill_ms: (this.#receivedUntil - currentTime) * 1000,
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
    this.#earlierBytes = this.receivedBytes;
    this.#attempt += 1;
    if (this.state === 'interrupted') this.#become('buffering');
    this.#moved = { at: performance.now(), time: 0 };
    this.#loads = true;
    this.#fills_ms = [];
    this.#began = null;
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
    } else if (this.#loads) {
      const patience = time > 0 ? STALL_MS : START_DEADLINE_MS;
      if (performance.now() - this.#moved.at > patience) void this.#lost();
    }
  }

  /**
   * Play what a stall has made late a little faster, which is hardly heard, or begin again with what is
   * live. Otherwise the sound would stay as late as that for the rest of the event.
   */
  #catchUp() {
    if (this.state !== 'playing' || this.#began === null) return;
    const played_ms = 1000 * (this.#element.currentTime - this.#began.time);
    const late_ms = performance.now() - this.#began.at - played_ms;
    if (late_ms > FAR_TOO_LATE_MS) return this.resume();
    this.#fills_ms.push(this.stats.fill_ms);
    if (this.#fills_ms.length < LOW_OVER) return;
    const low_ms = Math.min(...this.#fills_ms);
    this.#fills_ms.shift();
    if (this.#usual_ms === 0) this.#usual_ms = low_ms;
    const waits = low_ms - this.#usual_ms > LATE_MS;
    this.#element.playbackRate = waits && late_ms > LATE_MS ? HASTY_RATE : 1;
  }

  /** Ask the server why, because the player does not say, and try again. */
  async #lost() {
    if (this.#closed || this.state === 'queued') return;
    this.#become('reconnecting');
    this.#loads = false;
    const attempt = ++this.#attempt;
    const asked_ms = performance.now();
    const againMs = this.#backoff.nextMs();
    let waitMs = 0;
    let answers = true;
    try {
      await send(this.#url, { method: 'HEAD', signal: abortedAfter(ANSWER_DEADLINE_MS) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.#closed || attempt !== this.#attempt) return;
      if (error.status === 409) return this.#become('ended');
      if (error.full) {
        waitMs = error.waitMs();
        this.#become('queued');
      } else if (!error.retryable) return this.#become('failed');
      answers = error.status !== 0;
    }
    if (this.#closed || attempt !== this.#attempt) return;
    clearTimeout(this.#retry);
    // A question that nobody answered has been a wait already.
    const restMs = Math.max(waitMs, againMs - (performance.now() - asked_ms), 0);
    this.#retry = setTimeout(() => {
      this.#become('reconnecting');
      if (answers) this.resume();
      else void this.#lost();
    }, restMs);
  }

  /** @param {DeckState} state */
  #become(state) {
    if (state === this.state || this.#closed) return;
    this.state = state;
    this.dispatchEvent(new Event('change'));
  }
}
