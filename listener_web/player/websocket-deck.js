/** Sound by WebSocket: its worker, its node in the audio graph and its place in a cross-fade. */
import { FADE_S, fade } from './audio-graph.js';

/** After this many failures to open a WebSocket, while the server answers, something blocks it. */
const BLOCKED_AFTER = 2;
/** A worker that has not begun by then never will. */
const WORKER_DEADLINE_MS = 10_000;
/** Another channel begins with the sound that has to wait, and what the next packets may be late. */
const MORE_BACKLOG_MS = 150;
const LEAST_BACKLOG_MS = 240;
const CHECK_INTERVAL_MS = 1_000;
/** After this many checks at which sound has come and none was played, something is broken. */
const SILENT_CHECKS = 8;

/** @typedef {import('./transports.js').DeckMembers} DeckMembers */
/** @typedef {import('./transports.js').DeckState} DeckState */

/**
 * The report of the audio thread, see `ChannelPlayer.stats`.
 *
 * @typedef {import('./transports.js').DeckStats & {playing: boolean, stream: number}} BufferStats
 */

/**
 * A change of channel that is not heard yet.
 *
 * @typedef {object} Change
 * @property {string} channel the deck's channel afterwards
 * @property {string} id of the channel, or of its variant, at the server
 * @property {number} stream its number in the audio thread, Infinity until it begins
 * @property {() => void} settle
 */

/**
 * Fires `stats` with each report of the audio thread.
 *
 * @implements {DeckMembers}
 */
export class WebSocketDeck extends EventTarget {
  transport = /** @type {const} */ ('ws');
  /** Its sound passes through the audio graph. */
  element = null;
  #worker;
  /** The address of the channel that was asked for. */
  #url;
  /** The address of the one that is heard. */
  #heardUrl;
  /** @type {Change | null} */
  #pending = null;
  #node;
  #gain;
  /** @type {'none' | 'open' | 'lost' | 'blocked' | 'broken' | 'ended'} */
  #connection = 'none';
  #wasOpen = false;
  #blocked = 0;
  /** @type {ReturnType<typeof setTimeout>} */
  #late;
  #checks = setInterval(() => this.#check(), CHECK_INTERVAL_MS);
  /** Whether this connection has brought sound; the worker then gives it up when it brings no more. */
  #receives = false;
  #silentChecks = 0;
  #playedBefore = 0;
  /** Packets the server left out because this listener was too slow for them. */
  skippedPackets = 0;
  receivedBytes = 0;
  /** @type {BufferStats} */
  stats = {
    playing: false,
    underruns: 0,
    fill_ms: 0,
    target_ms: 0,
    played_frames: 0,
    skipped_ms: 0,
    stream: 0,
  };

  /**
   * @param {BaseAudioContext} context has the `jitter-buffer` worklet loaded
   * @param {AudioNode} output
   * @param {string} channel
   * @param {string} url of the channel's WebSocket
   */
  constructor(context, output, channel, url) {
    super();
    this.channel = channel;
    this.#url = this.#heardUrl = url;
    this.context = context;
    this.#gain = new GainNode(context, { gain: 0 });
    this.#node = new AudioWorkletNode(context, 'jitter-buffer', {
      numberOfInputs: 0,
      outputChannelCount: [1],
    });
    this.#node.connect(this.#gain).connect(output);
    this.#node.port.onmessage = ({ data }) => this.#report(data);
    const { port1, port2 } = new MessageChannel();
    this.#node.port.postMessage({ type: 'source', port: port1 }, [port1]);
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    this.#worker.onmessage = ({ data }) => {
      clearTimeout(this.#late);
      if (data.connection) this.#connected(data.connection);
      else if (data.bytes) this.receivedBytes += data.bytes;
      else if (data.received) this.#receives = true;
      else if (data.skipped) this.skippedPackets += data.skipped;
      else if (data.refused) this.#refused(data.refused);
      else if (data.channel) this.#begins(data.channel, data.stream);
    };
    // Of scripts that did not load, a browser tells only by these events.
    this.#worker.onerror = () => this.#broken('the worker');
    this.#node.onprocessorerror = () => this.#broken('the audio thread');
    this.#late = setTimeout(() => this.#broken('the start of the worker'), WORKER_DEADLINE_MS);
    this.#worker.postMessage({ type: 'open', url, sink: port2 }, [port2]);
  }

  /** @returns {DeckState} */
  get state() {
    if (this.#connection === 'ended') return 'ended';
    if (['blocked', 'broken'].includes(this.#connection)) return 'failed';
    if (this.#connection === 'lost') return 'reconnecting';
    if (this.stats.playing) return 'playing';
    return this.#connection === 'open' ? 'buffering' : 'connecting';
  }

  get canChange() {
    return !['failed', 'ended'].includes(this.state);
  }

  /**
   * Play another channel by the same connection. The present one is heard until the other one begins,
   * and the audio thread fades between them.
   *
   * @param {string} channel
   * @param {string} url of its WebSocket
   * @returns {Promise<boolean>} true when it is heard, or the server has refused it and the present one
   *   goes on; a new deck would not help
   */
  change(channel, url) {
    const before = this.#pending;
    if (url === this.#url && before === null) return Promise.resolve(true);
    this.#url = url;
    const id = decodeURIComponent(url.split('/').pop() ?? '');
    const backlog_ms = Math.max(LEAST_BACKLOG_MS, Math.ceil(this.stats.target_ms) + MORE_BACKLOG_MS);
    this.#worker.postMessage({ type: 'change', wish: { channel: id, url, backlog_ms } });
    return new Promise((resolve) => {
      const settle = () => {
        before?.settle();
        resolve(true);
      };
      this.#pending = { channel, id, stream: Infinity, settle };
    });
  }

  /** The audio graph does it. */
  setVolume() {}

  /** The audio graph does it. */
  resume() {}

  /** The network may be back. */
  retryNow() {
    this.#worker.postMessage({ type: 'retry' });
  }

  /** Become audible. */
  fadeIn() {
    fade(this.#gain.gain, this.context, 'in');
  }

  /** Become silent, then let go of everything. */
  fadeOut() {
    this.#worker.postMessage({ type: 'close' });
    fade(this.#gain.gain, this.context, 'out');
    setTimeout(() => this.close(), 2 * FADE_S * 1000);
  }

  /** Let go of everything at once. */
  close() {
    clearTimeout(this.#late);
    clearInterval(this.#checks);
    this.#worker.onerror = this.#node.onprocessorerror = null;
    this.#worker.postMessage({ type: 'close' });
    this.#node.port.onmessage = null;
    this.#node.port.postMessage({ type: 'close' });
    this.#node.disconnect();
    this.#gain.disconnect();
  }

  /** @param {'open' | 'lost' | 'ended'} connection */
  #connected(connection) {
    if (this.#connection === 'broken') return;
    this.#receives = false;
    this.#change(() => (this.#connection = connection));
    if (connection === 'open') this.#wasOpen = true;
    if (connection === 'lost' && !this.#wasOpen) void this.#lookForBlock();
  }

  /** @param {string} part that does not work here */
  #broken(part) {
    console.warn(`sound by WebSocket: ${part} failed`);
    clearTimeout(this.#late);
    this.#change(() => (this.#connection = 'broken'));
  }

  /** A worker can die, and a decoder or the audio thread can stand still, without an error. */
  #check() {
    const { played_frames } = this.stats;
    const silent =
      this.#receives && this.context.state === 'running' && played_frames === this.#playedBefore;
    this.#silentChecks = silent ? this.#silentChecks + 1 : 0;
    this.#playedBefore = played_frames;
    if (this.#silentChecks < SILENT_CHECKS) return;
    clearInterval(this.#checks);
    this.#broken('sound that arrived was not played: it');
  }

  async #lookForBlock() {
    const answers = await fetch('/healthz', { cache: 'no-store' }).catch(() => null);
    if (this.#connection === 'broken') return;
    if (answers?.ok) this.#blocked += 1;
    if (this.#blocked >= BLOCKED_AFTER && !this.#wasOpen) {
      this.#change(() => (this.#connection = 'blocked'));
    }
  }

  /** @param {BufferStats} stats */
  #report(stats) {
    this.#change(() => (this.stats = stats));
    if (this.#pending && stats.stream >= this.#pending.stream) this.#settle(true);
    this.dispatchEvent(new Event('stats'));
  }

  /**
   * @param {string} id of the channel that begins to arrive
   * @param {number} stream
   */
  #begins(id, stream) {
    if (id !== this.#pending?.id) return;
    this.#pending.stream = stream;
    if (this.stats.stream >= stream) this.#settle(true);
  }

  /** @param {string} id */
  #refused(id) {
    if (id !== this.#pending?.id) return;
    console.warn(`sound by WebSocket: the server has no channel ${id}`);
    this.#url = this.#heardUrl;
    this.#settle(false);
  }

  /** @param {boolean} heard whether the pending change was made */
  #settle(heard) {
    const change = this.#pending;
    this.#pending = null;
    if (change === null) return;
    if (heard) [this.channel, this.#heardUrl] = [change.channel, this.#url];
    change.settle();
  }

  /** @param {() => void} apply */
  #change(apply) {
    const before = this.state;
    apply();
    if (this.state !== before) this.dispatchEvent(new Event('change'));
  }
}
