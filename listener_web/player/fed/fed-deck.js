/**
 * One channel in the browser's own player, for a locked screen. The page feeds it (`feeder.js`), so that the
 * sound is little late and comes back soon. `http-deck.js` is for browsers that cannot do that.
 */
import { ApiError } from '../../shared/api.js';

/** The server is asked for this much sound at the start. More waits only after a stall. */
const BACKLOG_MS = 1_200;
const WATCH_INTERVAL_MS = 500;
/** The pitch stays what it is. A sixteenth less is not heard, and a fifth more is hardly heard. */
const SLOW_RATE = 0.94;
const HASTY_RATE = 1.2;
const TOO_LITTLE_MS = 700;
const TOO_MUCH_MS = 1_700;
/** Sound that is this late is left out. */
const FAR_TOO_MUCH_MS = 3_500;
/** A player that has sound and does not play it for this long does not work. */
const STALL_MS = 8_000;

/** @typedef {import('../transports.js').DeckMembers} DeckMembers */
/** @typedef {import('../transports.js').DeckState} DeckState */

/** Whether a player of this page has failed for a reason of its own. */
let broken = false;

/** Whether a worker can feed the player of this browser. An iPhone stops workers behind a locked screen. */
export function canFeed() {
  const source = /** @type {(typeof MediaSource & {canConstructInDedicatedWorker?: boolean}) | undefined} */ (
    window.MediaSource
  );
  return (
    !broken &&
    source?.canConstructInDedicatedWorker === true &&
    source.isTypeSupported('audio/mpeg') &&
    !CSS.supports('-webkit-touch-callout: none')
  );
}

/** @implements {DeckMembers} */
export class FedDeck extends EventTarget {
  transport = /** @type {const} */ ('http');
  /** Another channel has another address, and so another deck. */
  canChange = false;
  /** `http-deck.js` */
  hasSubstitute = true;
  /** @type {DeckState} */
  state = 'connecting';
  skippedPackets = 0;
  receivedBytes = 0;
  #element = new Audio();
  #worker = new Worker(new URL('./feeder.js', import.meta.url), { type: 'module' });
  #url;
  #closed = false;
  #underruns = 0;
  #connected = false;
  /** The player's time up to which there is sound. */
  #until = 0;
  #moved = { at: performance.now(), time: 0 };
  #watch = setInterval(() => this.#look(), WATCH_INTERVAL_MS);

  /**
   * @param {string} channel
   * @param {string} url of the channel's sound
   * @param {number} volume 0 to 1
   */
  constructor(channel, url, volume) {
    super();
    this.channel = channel;
    this.#url = new URL(url);
    this.#url.searchParams.set('backlog_ms', String(BACKLOG_MS));
    this.setVolume(volume);
    this.#worker.onmessage = ({ data }) => this.#hear(data);
    this.#worker.onerror = () => this.#fail('the worker');
    this.#element.addEventListener('playing', () => {
      // The phone has ended the interruption by itself. What waited in the player is of the past.
      if (this.state === 'interrupted') this.resume();
      else this.#become('playing');
    });
    this.#element.addEventListener('waiting', () => {
      if (this.state !== 'playing') return;
      this.#underruns += 1;
      this.#become(this.#connected ? 'buffering' : 'reconnecting');
    });
    this.#element.addEventListener('error', () => this.#fail('the player'));
    this.#element.addEventListener('pause', () => {
      if (!this.#element.error) this.#become('interrupted');
    });
    this.resume();
  }

  /** The browser's player, for a test that wants to hear what it plays. */
  get element() {
    return this.#element;
  }

  get #fill_ms() {
    return Math.max(0, 1000 * (this.#until - this.#element.currentTime));
  }

  get stats() {
    return {
      underruns: this.#underruns,
      fill_ms: this.#fill_ms,
      target_ms: 0,
      played_frames: Math.round(this.#element.currentTime * 48_000),
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
    if (this.state === 'interrupted') this.#become('buffering');
    this.#until = 0;
    this.#moved = { at: performance.now(), time: 0 };
    this.#worker.postMessage({ type: 'open', url: this.#url.href });
  }

  /** The network may be back. */
  retryNow() {
    if (!['queued', 'interrupted', 'failed', 'ended'].includes(this.state)) {
      this.#worker.postMessage({ type: 'retry' });
    }
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
    this.#worker.postMessage({ type: 'close' });
    this.#element.pause();
    this.#element.srcObject = null;
  }

  /**
   * @param {object} message of the worker, see there
   * @param {MediaProvider} [message.handle]
   * @param {'open' | 'lost'} [message.connection]
   * @param {number} [message.begins]
   * @param {number} [message.until]
   * @param {number} [message.bytes]
   * @param {{status: number, error: string, retryAfterMs: number}} [message.refused]
   */
  #hear({ handle, connection, begins, until, bytes, refused }) {
    if (this.#closed) return;
    if (handle) this.#play(handle);
    else if (connection) this.#connection(connection);
    else if (begins) this.#begin(begins);
    else if (until !== undefined) this.#until = until;
    else if (bytes) this.receivedBytes += bytes;
    else if (refused) this.#refused(refused);
  }

  /** @param {MediaProvider} handle */
  #play(handle) {
    this.#element.srcObject = handle;
    this.#element.play().catch((error) => {
      if (error.name === 'NotAllowedError') this.#become('interrupted');
    });
  }

  /** @param {'open' | 'lost'} connection */
  #connection(connection) {
    this.#connected = connection === 'open';
    // What waits in the player is heard until the next connection brings more.
    if (['playing', 'interrupted'].includes(this.state)) return;
    this.#become(this.#connected ? 'buffering' : 'reconnecting');
  }

  /**
   * The sound of another connection begins as far back as this player is late, and may repeat what waits.
   *
   * @param {number} time
   */
  #begin(time) {
    this.#until = time;
    this.#element.currentTime = time;
  }

  /** @param {{status: number, error: string, retryAfterMs: number}} refused */
  #refused({ status, error: id, retryAfterMs }) {
    const error = new ApiError(status, id, '', '', retryAfterMs);
    if (status === 409) return this.#become('ended');
    if (error.full) this.#become('queued');
    else if (error.retryable) this.#become('reconnecting');
    else return this.#become('failed');
    this.#worker.postMessage({ type: 'again', waitMs: error.waitMs() });
  }

  /** @param {string} part that does not work here */
  #fail(part) {
    console.warn(`sound by HTTP: ${part} failed`);
    broken = true;
    this.#become('failed');
  }

  #look() {
    const time = this.#element.currentTime;
    const now = performance.now();
    const fill_ms = this.#fill_ms;
    if (time !== this.#moved.time || fill_ms < TOO_LITTLE_MS || this.state === 'interrupted') {
      this.#moved = { at: now, time };
    } else if (now - this.#moved.at > STALL_MS) {
      this.#fail('sound that arrived was not played: it');
    }
    if (this.state === 'playing') this.#steer(time, fill_ms);
  }

  /**
   * Keep as much sound waiting as a locked phone needs.
   *
   * @param {number} time of the player
   * @param {number} fill_ms
   */
  #steer(time, fill_ms) {
    if (fill_ms > FAR_TOO_MUCH_MS) this.#element.currentTime = time + (fill_ms - BACKLOG_MS) / 1000;
    else if (fill_ms > TOO_MUCH_MS) this.#element.playbackRate = HASTY_RATE;
    else if (fill_ms < TOO_LITTLE_MS) this.#element.playbackRate = SLOW_RATE;
    else if (this.#element.playbackRate > 1 ? fill_ms < BACKLOG_MS : fill_ms > BACKLOG_MS - 100) {
      this.#element.playbackRate = 1;
    }
  }

  /** @param {DeckState} state */
  #become(state) {
    if (state === this.state || this.#closed) return;
    this.state = state;
    this.dispatchEvent(new Event('change'));
  }
}
