/** Asks whether the server can be reached, in ways that do not count among a browser's six connections to it. */

/** TCP asks for a connection after 1 s again and then after 3 s, so a new one asks sooner. */
const QUICK_ROUND_MS = 2_000;
const LATER_ROUND_MS = 8_000;
/** After more that failed, Chromium begins the next WebSocket of a page up to 5 s late. */
const QUICK_WEBSOCKETS = 10;
const QUICK_REQUESTS = 10;
/** A round that began this recently is left alone. */
const FRESH_MS = 1_000;

/** @typedef {import('./reachable.js').Reachable} Reachable */

/**
 * A way to ask.
 *
 * @typedef {object} Way
 * @property {(signal: AbortSignal) => Promise<unknown>} ask resolved when anything has answered; `signal` ends it
 * @property {number} quickRounds how often it asks every two seconds before it asks every eight
 */

export class Asking {
  #ways;
  /** @type {Way | null} */
  #better = null;
  /** The page for which it asks. @type {Reachable | null} */
  #network = null;
  /** The round that goes on. @type {AbortController | null} */
  #round = null;
  #rounds = 0;
  #beganMs = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {{socket: Way, request: Way}} [ways] a request is always made */
  constructor(ways = { socket: BY_WEBSOCKET, request: BY_REQUEST }) {
    this.#ways = ways;
  }

  /** @param {Way} [way] to use until something has answered */
  prefer(way) {
    this.#better = way ?? this.#better;
  }

  /**
   * Ask again and again while somebody waits, unless it does so already.
   *
   * @param {Reachable} network
   */
  begin(network) {
    if (this.#round !== null) return;
    this.#network = network;
    this.#rounds = 0;
    this.#beginRound(network);
  }

  /** Ask at once, if it asks. */
  again() {
    if (this.#round === null || this.#network === null || Date.now() - this.#beganMs < FRESH_MS) return;
    this.#rounds = 0;
    this.#beginRound(this.#network);
  }

  /** Something has answered. */
  end() {
    this.#better = null;
    this.#endRound();
  }

  /** @param {Reachable} network */
  #beginRound(network) {
    this.#endRound();
    const round = (this.#round = new AbortController());
    this.#beganMs = Date.now();
    const { socket, request } = this.#ways;
    const way = this.#better ?? (network.mayOpenSockets() ? socket : request);
    for (const { ask } of new Set([way, request])) {
      ask(round.signal).then(
        () => this.#round === round && network.answered(),
        () => undefined,
      );
    }
    const withinMs = this.#rounds < way.quickRounds ? QUICK_ROUND_MS : LATER_ROUND_MS;
    this.#rounds += 1;
    this.#timer = setTimeout(() => {
      if (network.awaited) this.#beginRound(network);
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
 * A request that the browser makes over other connections than those of the page, because it has no cookies. When it
 * fails, that may be the end of an attempt to connect that was made long ago.
 *
 * @type {Way}
 */
const BY_REQUEST = {
  ask: (signal) => fetch('/healthz', { cache: 'no-store', credentials: 'omit', signal }),
  quickRounds: QUICK_REQUESTS,
};

/**
 * A WebSocket, which is given up with its connection. The server, or the network, refuses it: that is an answer.
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
