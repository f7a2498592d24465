/**
 * One channel by WebRTC: it asks for a new session whenever the old one falls silent. Until the server
 * answers it keeps the old one, which is heard again at once when only the network was away.
 */
import { ApiError } from '../shared/api.js';
import { Backoff } from '../shared/backoff.js';
import { Wait } from '../shared/network.js';
import { byUdp, stunPlaces } from './ask-by-udp.js';
import { FADE_S, fade } from './audio-graph.js';
import { WhepSession } from './whep-session.js';

const WATCH_INTERVAL_MS = 250;
/** After this long without a connection the network is taken to block UDP. */
const CONNECT_DEADLINE_MS = 8_000;
/** Browsers take up to 15 s to call a dead connection `failed`; sound that stops shows it sooner. */
const STALL_MS = 1_000;
/** After this long without a packet nothing is heard any more. */
const SILENT_MS = 500;
/** A page whose timers were late by so much was stopped, as phones do it out of sight. */
const STOPPED_MS = 2_000;
/** A browser keeps what has come for a stopped page, and would play it late for a long time. */
const LATE_MS = 1_000;
/** It begins to play that within this time. */
const LATE_WITHIN_MS = 5_000;
/** An attempt that began this recently is left alone. */
const FRESH_MS = 1_000;
/** The server answers the first offer within this time, and later ones sooner: see `worker.js`. */
const ANSWER_DEADLINE_MS = 10_000;
const LATER_DEADLINE_MS = 2_500;

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
  #options;
  #network;
  /** Where the server of the last session can be asked. @type {string[]} */
  #places = [];
  #stopped = false;
  #backoff = new Backoff(300, 1_500);
  #wait = new Wait();
  /** Whether a session ever worked here; then a failure is one of the network. */
  #worked = false;
  /** When the last offer was made, and how long the last answer took. */
  #offered_ms = 0;
  #answered_after_ms = 0;
  /** The session that is asked for. @type {WhepSession | null} */
  #offered = null;
  /** The last change that was asked for. @type {Promise<unknown>} */
  #changes = Promise.resolve();
  /** The last one that the server made. @type {WhepSession | null} */
  #session = null;
  /** Whether it has brought nothing for a while, and the packets it had brought until then. */
  #silent = true;
  #packets = 0;
  /** Of this session, that were counted. */
  #bytes = 0;
  /** @type {MediaStreamAudioSourceNode | null} */
  #source = null;
  /** Chromium plays a remote stream in the graph only while an element has it too. */
  #sink = new Audio();

  /**
   * @param {AudioContext} context
   * @param {AudioNode} output
   * @param {string} channel
   * @param {string} url of the channel's WHEP endpoint
   * @param {import('../shared/reachable.js').Reachable} network
   * @param {import('./whep-session.js').WhepOptions} [options]
   */
  constructor(context, output, channel, url, network, options) {
    super();
    this.#options = options;
    this.#network = network;
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
    if (this.#network.silent) {
      this.#network.askNow();
      return;
    }
    this.#backoff.reset();
    this.#wait.end();
    if (!this.#worked || performance.now() - this.#offered_ms < FRESH_MS) return;
    if (this.#offered) this.#offered.abandon();
    else this.#silent = true;
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
    this.#offered?.abandon();
    this.#drop();
    this.#gain.disconnect();
  }

  async #keepPlaying() {
    let waitMs = await this.#offer();
    while (!this.#stopped && waitMs !== null) {
      if (!this.#silent) {
        if (!(await this.#watch())) break;
        void this.#listenForReturn();
        waitMs = this.#backoff.nextMs();
      }
      await this.#wait.pass(waitMs);
      if (this.#silent) await this.#wait.until((go) => this.#network.whenReached(go));
      if (this.#silent && !this.#stopped) waitMs = await this.#offer();
    }
    this.#drop();
  }

  /**
   * Ask for a session, which takes the place of the one before.
   *
   * @returns {Promise<number | null>} the wait before the next attempt; null for no next attempt
   */
  async #offer() {
    this.#offered_ms = performance.now();
    const session = new WhepSession((stream) => this.#take(session, stream), this.#options);
    this.#offered = session;
    const within_ms = this.#answerDeadline();
    try {
      await session.offer(new URL(this.#url), within_ms);
      this.#answered_after_ms = performance.now() - this.#offered_ms;
      this.#places = stunPlaces(session.connection.remoteDescription?.sdp ?? '');
      if (this.#session === session) return 0;
      void session.close();
      return this.#backoff.nextMs();
    } catch (error) {
      void session.close();
      if (performance.now() - this.#offered_ms >= within_ms) this.#lost();
      return this.#refused(error);
    } finally {
      this.#offered = null;
    }
  }

  /** An offer had no answer: others follow when the server can be reached. */
  #lost() {
    if (this.#stopped || !this.#worked) return;
    this.#network.lost(this.#places.length > 0 ? byUdp(this.#places) : undefined);
  }

  #answerDeadline() {
    if (!this.#worked) return ANSWER_DEADLINE_MS;
    return Math.min(ANSWER_DEADLINE_MS, Math.max(LATER_DEADLINE_MS, 2 * this.#answered_after_ms));
  }

  /**
   * @param {unknown} error
   * @returns {number | null} see `#offer`
   */
  #refused(error) {
    if (!this.#silent || this.#stopped) return 0;
    // An attempt that nobody answered has been a wait already.
    const waitMs = Math.max(0, this.#backoff.nextMs() - (performance.now() - this.#offered_ms));
    if (!(error instanceof ApiError)) {
      console.warn('sound by WebRTC:', error);
      this.#become(this.#worked ? 'reconnecting' : 'failed');
      return this.#worked ? waitMs : null;
    }
    if (error.full) {
      this.#become('queued');
      return Math.max(waitMs, error.waitMs());
    }
    const over = error.status === 409 ? 'ended' : 'failed';
    this.#become(error.retryable ? 'reconnecting' : over);
    return error.retryable ? waitMs : null;
  }

  /** Go on with the silent session when it is heard again before the server has made another one. */
  async #listenForReturn() {
    const session = this.#session;
    while (session === this.#session && isOpen(session) && this.#silent && !this.#stopped) {
      const { packets } = await session.heard();
      if (packets > this.#packets && session === this.#session && isOpen(session)) {
        this.#silent = false;
        this.#offered?.abandon();
        this.#wait.end();
      }
      await new Promise((resolve) => setTimeout(resolve, WATCH_INTERVAL_MS));
    }
  }

  /**
   * Watch the session until it is silent, broken or no longer wanted.
   *
   * @returns {Promise<boolean>} whether another one may work
   */
  async #watch() {
    const session = this.#session;
    let heard_ms = 0;
    let connected = false;
    let deadline = performance.now() + CONNECT_DEADLINE_MS;
    let looked_ms = performance.now();
    let woke_ms = -Infinity;
    while (isOpen(session) && !this.#stopped) {
      if (performance.now() - looked_ms > STOPPED_MS) woke_ms = performance.now();
      looked_ms = performance.now();
      const heard = await session.heard();
      if (heard.delay_ms > LATE_MS && looked_ms - woke_ms < LATE_WITHIN_MS) {
        this.#drop();
        break;
      }
      if (session.state === 'connected' && !connected) {
        connected = true;
        this.#worked = true;
        deadline = Infinity;
        if (this.state !== 'playing') this.#become('buffering');
      }
      if (heard.packets > this.#packets) {
        this.#packets = heard.packets;
        this.receivedBytes += heard.bytes - this.#bytes;
        this.#bytes = heard.bytes;
        heard_ms = performance.now();
        deadline = heard_ms + STALL_MS;
        this.#backoff.reset();
        this.#network.answered();
        this.#report(heard);
        this.#become('playing');
      } else if (this.state === 'playing' && performance.now() - heard_ms > SILENT_MS) {
        this.#become('buffering');
      }
      if (this.#silent || performance.now() > deadline) break;
      await new Promise((resolve) => setTimeout(resolve, WATCH_INTERVAL_MS));
    }
    this.#silent = true;
    this.#become(this.#worked ? 'reconnecting' : 'failed');
    return this.#worked;
  }

  /**
   * The server has made a session: it takes the place of the old one.
   *
   * @param {WhepSession} session
   * @param {MediaStream} stream
   */
  #take(session, stream) {
    if (this.#stopped) return;
    this.#drop();
    this.#session = session;
    this.#silent = false;
    this.#packets = 0;
    this.#bytes = 0;
    this.#attach(stream);
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

/**
 * Whether a session can still bring sound. A server that says goodbye closes it, perhaps before its last
 * packets were counted.
 *
 * @param {WhepSession | null} session
 * @returns {session is WhepSession}
 */
function isOpen(session) {
  return session !== null && !['failed', 'closed'].includes(session.state);
}
