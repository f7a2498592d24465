/** Keeps a microphone on air: publishes it, watches, and publishes again when a session breaks. */
import { ApiError } from '../shared/api.js';
import { Backoff } from '../shared/backoff.js';
import { WhipSession } from './whip-session.js';

const WATCH_INTERVAL_MS = 250;
const CONNECT_DEADLINE_MS = 10_000;
const STALL_MS = 4_000;

/** @typedef {'idle' | 'connecting' | 'live' | 'reconnecting' | 'refused'} PublisherState */

/** Fires `change` when its state changes. */
export class Publisher extends EventTarget {
  /** @type {PublisherState} */
  state = 'idle';
  /** The failure of the last attempt. @type {ApiError | null} */
  problem = null;
  #endpoint;
  #key;
  /** @type {AbortController | null} */
  #run = null;
  /** @type {WhipSession | null} */
  #session = null;
  /** @type {MediaStreamTrack | null} */
  #track = null;

  /**
   * @param {URL} endpoint the event's WHIP address
   * @param {string} key the stage key
   */
  constructor(endpoint, key) {
    super();
    this.#endpoint = endpoint;
    this.#key = key;
  }

  /** Whether it is on air or trying to be. */
  get active() {
    return this.#run !== null;
  }

  /** Whether another device with the same key has taken its place. */
  get replaced() {
    return this.state === 'refused' && this.problem?.error === 'replaced';
  }

  /**
   * Go on air and stay there until `stop`.
   *
   * @param {MediaStreamTrack} track
   * @param {{takeover?: boolean}} [options] `takeover` disconnects the current speaker
   */
  start(track, { takeover = false } = {}) {
    this.stop();
    this.#track = track;
    this.#run = new AbortController();
    void this.#keepPublishing(this.#run.signal, takeover);
  }

  /** Go off air. */
  stop() {
    this.#run?.abort();
    this.#run = null;
    void this.#session?.close();
    this.#session = null;
    this.#become('idle');
  }

  /**
   * Change the microphone while on air.
   *
   * @param {MediaStreamTrack} track
   */
  async replaceTrack(track) {
    this.#track = track;
    await this.#session?.replaceTrack(track);
  }

  /**
   * @param {AbortSignal} stopped
   * @param {boolean} takeover
   */
  async #keepPublishing(stopped, takeover) {
    const backoff = new Backoff();
    this.#become('connecting');
    while (!stopped.aborted) {
      const session = new WhipSession(/** @type {MediaStreamTrack} */ (this.#track), this.#key);
      this.#session = session;
      /** @type {ApiError | null} */
      let problem = null;
      try {
        await session.offer(this.#address(takeover));
        takeover = false;
        await this.#watch(session, stopped, () => {
          backoff.reset();
          this.#become('live');
        });
      } catch (error) {
        if (error instanceof ApiError) problem = error;
      }
      await session.close();
      if (stopped.aborted) return;
      if (problem !== null && !problem.retryable) {
        this.#run = null;
        this.#become('refused', problem);
        return;
      }
      this.#become('reconnecting', problem);
      await pause(backoff.nextMs(), stopped);
    }
  }

  /**
   * Return when the session is broken or no longer wanted. A session works while sound leaves and the
   * server reports back. Browsers take up to 15 s to call a dead connection `failed`.
   *
   * @param {WhipSession} session
   * @param {AbortSignal} stopped
   * @param {() => void} onAir
   */
  async #watch(session, stopped, onAir) {
    const seen = { sent: 0, received: 0 };
    let deadline = performance.now() + CONNECT_DEADLINE_MS;
    while (!stopped.aborted && !['failed', 'closed'].includes(session.state)) {
      const { sent, received = Infinity } = await session.traffic();
      if (sent > seen.sent && received > seen.received && session.state === 'connected') {
        Object.assign(seen, { sent, received: received === Infinity ? 0 : received });
        deadline = performance.now() + STALL_MS;
        onAir();
      }
      if (performance.now() > deadline) return;
      await pause(this.state === 'live' ? WATCH_INTERVAL_MS : 100, stopped);
    }
  }

  /** @param {boolean} takeover */
  #address(takeover) {
    const address = new URL(this.#endpoint);
    if (takeover) address.searchParams.set('takeover', '1');
    return address;
  }

  /**
   * @param {PublisherState} state
   * @param {ApiError | null} [problem]
   */
  #become(state, problem = null) {
    if (state === this.state && problem === this.problem) return;
    this.state = state;
    this.problem = problem;
    this.dispatchEvent(new Event('change'));
  }
}

/**
 * @param {number} ms
 * @param {AbortSignal} stopped ends the pause early
 */
function pause(ms, stopped) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stopped.removeEventListener('abort', done);
      resolve(undefined);
    };
    const timer = setTimeout(done, ms);
    stopped.addEventListener('abort', done);
  });
}
