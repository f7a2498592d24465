/**
 * Asks whether the server can be reached, for all parts of a page.
 *
 * Chromium goes on with a connection that a request has begun and given up, and makes no more than six to one
 * server. After six that nobody answers, the first request after an outage waits until TCP asks again for one of
 * them, which it does after ever longer times. So while nothing answers, the parts of the page wait, and only this
 * asks, in ways that do not count among the six.
 */

/** TCP asks for a connection after 1 s again and then after 3 s, so a new one asks sooner. */
const QUICK_ROUND_MS = 2_000;
const LATER_ROUND_MS = 8_000;
/** After more that failed, Chromium begins the next WebSocket of a page up to 5 s late. */
const QUICK_WEBSOCKETS = 10;
const QUICK_REQUESTS = 10;
/** A round that began this recently is left alone. */
const FRESH_MS = 1_000;
/** The parts of all pages in a hall do not ask at the same moment. */
const SPREAD_MS = 250;

/**
 * A way to ask.
 *
 * @typedef {object} Way
 * @property {(signal: AbortSignal) => Promise<unknown>} ask settles when anything has answered, if only that there
 *   is no such server; `signal` ends it
 * @property {number} quickRounds how often it asks every two seconds before it asks every eight
 */

export class Reachable {
  /** Whether WebSockets may be used to ask: sound that comes by one asks by itself. */
  mayOpenSockets = () => true;
  #ways;
  #random;
  #silent = false;
  /** @type {Way | null} */
  #better = null;
  /** Parts that wait. @type {Set<() => void>} */
  #waiting = new Set();
  /** The round that goes on. @type {AbortController | null} */
  #round = null;
  #rounds = 0;
  #beganMs = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {{socket: Way, request: Way}} [ways] a request is always made
   * @param {() => number} [random] 0 to 1
   */
  constructor(ways = { socket: BY_WEBSOCKET, request: BY_REQUEST }, random = Math.random) {
    this.#ways = ways;
    this.#random = random;
  }

  /** Whether nothing answers. */
  get silent() {
    return this.#silent;
  }

  /**
   * A request got no answer in its time.
   *
   * @param {Way} [way] how to ask, if the part that made the request knows a better way
   */
  lost(way) {
    this.#better = way ?? this.#better;
    if (this.#silent) return;
    this.#silent = true;
    this.#rounds = 0;
  }

  /** Something came from the server. */
  answered() {
    if (!this.#silent) return;
    this.#silent = false;
    this.#better = null;
    this.#endRound();
    for (const go of this.#waiting) setTimeout(() => this.#waiting.delete(go) && go(), this.#random() * SPREAD_MS);
  }

  /**
   * Call `go` when the server can be reached: at once, or as soon as it answers.
   *
   * @param {() => void} go
   * @returns {() => void} takes it back
   */
  whenReached(go) {
    if (!this.#silent) {
      go();
      return () => undefined;
    }
    const once = () => go();
    this.#waiting.add(once);
    if (this.#round === null) this.#beginRound();
    return () => {
      this.#waiting.delete(once);
    };
  }

  /** The network may be back: ask at once. */
  askNow() {
    if (this.#round === null || Date.now() - this.#beganMs < FRESH_MS) return;
    this.#rounds = 0;
    this.#beginRound();
  }

  #beginRound() {
    this.#endRound();
    const round = (this.#round = new AbortController());
    this.#beganMs = Date.now();
    const { socket, request } = this.#ways;
    const way = this.#better ?? (this.mayOpenSockets() ? socket : request);
    const came = () => this.#round === round && this.answered();
    for (const { ask } of new Set([way, request])) ask(round.signal).then(came, came);
    const withinMs = this.#rounds < way.quickRounds ? QUICK_ROUND_MS : LATER_ROUND_MS;
    this.#rounds += 1;
    this.#timer = setTimeout(() => {
      if (this.#waiting.size > 0) this.#beginRound();
      else this.#endRound();
    }, withinMs);
  }

  #endRound() {
    clearTimeout(this.#timer);
    const round = this.#round;
    this.#round = null;
    round?.abort();
  }
}

/**
 * A request that the browser makes over other connections than those of the page, because it has no cookies.
 *
 * @type {Way}
 */
const BY_REQUEST = {
  ask: (signal) => fetch('/healthz', { cache: 'no-store', credentials: 'omit', signal }),
  quickRounds: QUICK_REQUESTS,
};

/**
 * A WebSocket, which is given up with its connection. The server refuses it there, which is an answer.
 *
 * @type {Way}
 */
const BY_WEBSOCKET = {
  ask: (signal) =>
    new Promise((resolve) => {
      const url = new URL('/healthz', location.href);
      url.protocol = url.protocol.replace('http', 'ws');
      const socket = new WebSocket(url);
      socket.onopen = socket.onerror = resolve;
      signal.addEventListener('abort', () => socket.close());
    }),
  quickRounds: QUICK_WEBSOCKETS,
};

/** That of this page. */
export const network = new Reachable();
