/** One channel by WebRTC: it makes a new session whenever the old one breaks. */
import { ApiError } from '../shared/api.js';
import { Backoff } from '../shared/backoff.js';
import { Wait } from '../shared/network.js';
import { FADE_S, fade } from './audio-graph.js';
import { WhepSession } from './whep-session.js';

const WATCH_INTERVAL_MS = 250;
/** After this long without a connection the network is taken to block UDP. */
const CONNECT_DEADLINE_MS = 8_000;
/** Browsers take up to 15 s to call a dead connection `failed`; sound that stops shows it sooner. */
const STALL_MS = 3_000;
/** After this long without a packet nothing is heard any more. */
const SILENT_MS = 500;
/** An attempt that began this recently is left alone. */
const FRESH_MS = 1_000;

/** @typedef {import('./transports.js').DeckMembers} DeckMembers */
/** @typedef {import('./transports.js').DeckState} DeckState */

/**
 * Fires `stats` with each report of the browser.
 *
 * @implements {DeckMembers}
 */
export class WhepDeck extends EventTarget {
  transport = /** @type {const} */ ('whep');
  /** Its sound passes through the audio graph. */
  element = null;
  /** @type {DeckState} */
  state = 'connecting';
  skippedPackets = 0;
  receivedBytes = 0;
  stats = { underruns: 0, fill_ms: 0, target_ms: 0, played_frames: 0, skipped_ms: 0 };
  #gain;
  #url;
  #stopped = false;
  #backoff = new Backoff(300, 1_500);
  #wait = new Wait();
  /** Whether a session ever worked here; then a failure is one of the network. */
  #worked = false;
  #began_ms = 0;
  /** The last change that was asked for. @type {Promise<unknown>} */
  #changes = Promise.resolve();
  /** @type {WhepSession | null} */
  #session = null;
  /** @type {MediaStreamAudioSourceNode | null} */
  #source = null;
  /** Chromium plays a remote stream in the graph only while an element has it too. */
  #sink = new Audio();

  /**
   * @param {AudioContext} context
   * @param {AudioNode} output
   * @param {string} channel
   * @param {string} url of the channel's WHEP endpoint
   */
  constructor(context, output, channel, url) {
    super();
    this.channel = channel;
    this.context = context;
    this.#url = url;
    this.#sink.muted = true;
    this.#gain = new GainNode(context, { gain: 0 });
    this.#gain.connect(output);
    void this.#keepPlaying();
  }

  get canChange() {
    return this.state === 'playing';
  }

  /**
   * Play another channel in the same session, without a new handshake. Changes are made in the order
   * in which they were asked for.
   *
   * @param {string} channel
   * @param {string} url of its WHEP endpoint
   * @returns {Promise<boolean>} whether the server could do that
   */
  change(channel, url) {
    const done = this.#changes.then(async () => {
      const id = decodeURIComponent(url.split('/').pop() ?? '');
      const changed = (await this.#session?.change({ channel: id })) ?? false;
      if (changed) [this.channel, this.#url] = [channel, url];
      return changed;
    });
    this.#changes = done;
    return done;
  }

  /** The audio graph does it. */
  setVolume() {}

  /** The audio graph does it. */
  resume() {}

  /** The network may be back: begin a new session at once, unless this one plays or is new. */
  retryNow() {
    if (['playing', 'queued', 'failed', 'ended'].includes(this.state)) return;
    this.#backoff.reset();
    this.#wait.end();
    if (this.#worked && performance.now() - this.#began_ms >= FRESH_MS) this.#session?.abandon();
  }

  /** Become audible. */
  fadeIn() {
    fade(this.#gain.gain, this.context, 'in');
  }

  /** Become silent, then let go of everything. */
  fadeOut() {
    fade(this.#gain.gain, this.context, 'out');
    setTimeout(() => this.close(), 2 * FADE_S * 1000);
  }

  /** Let go of everything at once. */
  close() {
    this.#stopped = true;
    this.#wait.end();
    this.#drop();
    this.#gain.disconnect();
  }

  async #keepPlaying() {
    while (!this.#stopped) {
      const waitMs = await this.#play();
      this.#drop();
      if (this.#stopped || waitMs === null) return;
      await this.#wait.pass(Math.max(waitMs, this.#backoff.nextMs()));
    }
  }

  /**
   * One session, from its offer to its end.
   *
   * @returns {Promise<number | null>} the shortest wait before the next attempt; null for no next attempt
   */
  async #play() {
    this.#began_ms = performance.now();
    const session = new WhepSession((stream) => this.#attach(stream));
    this.#session = session;
    try {
      await session.offer(new URL(this.#url));
      if (this.#stopped) return null;
      await this.#watch(session);
      this.#become(this.#worked ? 'reconnecting' : 'failed');
      return this.#worked ? 0 : null;
    } catch (error) {
      if (!(error instanceof ApiError)) {
        console.warn('sound by WebRTC:', error);
        this.#become(this.#worked ? 'reconnecting' : 'failed');
        return this.#worked ? 0 : null;
      }
      if (error.full) {
        this.#become('queued');
        return error.waitMs();
      }
      const over = error.status === 409 ? 'ended' : 'failed';
      this.#become(error.retryable ? 'reconnecting' : over);
      return error.retryable ? 0 : null;
    }
  }

  /**
   * Return when the session is broken or no longer wanted.
   *
   * @param {WhepSession} session
   */
  async #watch(session) {
    let packets = 0;
    let bytes = 0;
    let heard_ms = 0;
    let connected = false;
    let deadline = performance.now() + CONNECT_DEADLINE_MS;
    while (!this.#stopped && !['failed', 'closed'].includes(session.state)) {
      const heard = await session.heard();
      if (session.state === 'connected' && !connected) {
        connected = true;
        this.#worked = true;
        deadline = Infinity;
        if (this.state !== 'playing') this.#become('buffering');
      }
      if (heard.packets > packets) {
        packets = heard.packets;
        this.receivedBytes += heard.bytes - bytes;
        bytes = heard.bytes;
        heard_ms = performance.now();
        deadline = heard_ms + STALL_MS;
        this.#backoff.reset();
        this.#report(heard);
        this.#become('playing');
      } else if (this.state === 'playing' && performance.now() - heard_ms > SILENT_MS) {
        this.#become('buffering');
      }
      if (performance.now() > deadline) break;
      await new Promise((resolve) => setTimeout(resolve, WATCH_INTERVAL_MS));
    }
  }

  /** @param {MediaStream} stream */
  #attach(stream) {
    this.#sink.srcObject = stream;
    void this.#sink.play().catch(() => undefined);
    this.#source = new MediaStreamAudioSourceNode(this.context, { mediaStream: stream });
    this.#source.connect(this.#gain);
  }

  #drop() {
    this.#source?.disconnect();
    this.#source = null;
    this.#sink.srcObject = null;
    void this.#session?.close();
    this.#session = null;
  }

  /** @param {import('./whep-session.js').Heard} heard */
  #report({ samples, gaps, delay_ms }) {
    this.stats = { ...this.stats, underruns: gaps, fill_ms: delay_ms, played_frames: samples };
    this.dispatchEvent(new Event('stats'));
  }

  /** @param {DeckState} state */
  #become(state) {
    if (state === this.state || this.#stopped) return;
    this.state = state;
    this.dispatchEvent(new Event('change'));
  }
}
