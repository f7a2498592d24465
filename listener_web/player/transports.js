/**
 * The transports of sound: which of them this browser can use, and the decks that play by them. A deck
 * plays one channel. `WhepDeck`, `FedDeck` and `HttpDeck` are loaded when they are needed.
 */
import { within } from '../shared/deadline.js';
import { WebSocketDeck } from './websocket-deck.js';

const LOAD_DEADLINE_MS = 20_000;
/** The browser asks for these when the sound begins. */
const AFTER_THE_TAP = ['./worker.js', './worklet.js'].map((name) => new URL(name, import.meta.url));
const FEEDER = new URL('./fed/feeder.js', import.meta.url);
const BEST_FIRST = /** @type {const} */ (['ws', 'whep', 'http']);

/** @typedef {typeof BEST_FIRST[number]} Transport */

/**
 * `ws` WebSocket and WebCodecs: exact, no gap between channels, needs https ·
 * `whep` WebRTC: for browsers without WebCodecs, needs UDP ·
 * `http` the browser's own player: plays on behind a locked screen, some seconds late.
 *
 * @type {Record<Transport, () => boolean>}
 */
const CAN = {
  ws: () => isSecureContext && 'AudioDecoder' in window && 'AudioWorkletNode' in window,
  whep: () => 'RTCPeerConnection' in window && 'AudioContext' in window,
  http: () => new Audio().canPlayType('audio/mpeg') !== '',
};

/**
 * The transports that can be used, best first.
 *
 * @param {boolean} lockedScreen whether the sound has to go on behind a locked screen
 * @param {string | null} forced the only one to use, for tests and support
 * @returns {Transport[]}
 */
export function usableTransports(lockedScreen, forced) {
  /** @type {Transport[]} */
  const order = lockedScreen
    ? ['http', ...BEST_FIRST.filter((name) => name !== 'http')]
    : [...BEST_FIRST];
  const allowed = BEST_FIRST.some((name) => name === forced)
    ? order.filter((name) => name === forced)
    : order;
  return allowed.filter((name) => CAN[name]());
}

/**
 * The address of a channel.
 *
 * @param {Transport} transport
 * @param {string} event
 * @param {string} channel with the suffixes of a variant
 */
export function addressOf(transport, event, channel) {
  const [e, c] = [encodeURIComponent(event), encodeURIComponent(channel)];
  const paths = { ws: `/e/${e}/audio/${c}`, whep: `/whep/${e}/${c}`, http: `/listen/${e}/${c}.mp3` };
  const url = new URL(paths[transport], location.href);
  if (transport === 'ws') url.protocol = url.protocol.replace('http', 'ws');
  return url.href;
}

/**
 * - `connecting`: there is no connection yet.
 * - `buffering`: connected, but there is too little sound to begin.
 * - `playing`: sound is heard.
 * - `reconnecting`: the connection was lost and is being made again.
 * - `queued`: the server is full; the deck asks again.
 * - `interrupted`: the sound needs a tap to continue.
 * - `failed`: this transport does not work here.
 * - `ended`: the event is over.
 *
 * @typedef {'connecting' | 'buffering' | 'playing' | 'reconnecting' | 'queued' | 'interrupted'
 *   | 'failed' | 'ended'} DeckState
 */

/**
 * Counters since the deck was made, and its buffer now.
 *
 * @typedef {object} DeckStats
 * @property {number} underruns how often sound was missing
 * @property {number} fill_ms sound in the buffer
 * @property {number} target_ms how full the buffer should be, 0 where the browser decides that
 * @property {number} played_frames samples played
 * @property {number} skipped_ms sound left out to catch up
 */

/**
 * A deck fires `change` when its state changes. It is silent until `fadeIn`; one that plays outside
 * the audio graph is audible at once.
 *
 * @typedef {object} DeckMembers
 * @property {Transport} transport
 * @property {string} channel
 * @property {DeckState} state
 * @property {DeckStats} stats
 * @property {number} skippedPackets packets that the server left out because this listener was slow
 * @property {number} receivedBytes of sound, with the headers of its transport
 * @property {HTMLMediaElement | null} element the browser's own player, null for sound that passes
 *   through the audio graph
 * @property {boolean} [hasSubstitute] whether another deck of this transport takes the place of one that failed
 * @property {boolean} canChange whether `change` may be called now
 * @property {(channel: string, url: string) => Promise<boolean>} change plays another channel
 *   without a new deck and says whether the server could do that
 * @property {(volume: number) => void} setVolume 0 to 1, for sound outside the audio graph
 * @property {() => void} resume plays on after `interrupted`; must be called from a tap
 * @property {() => void} retryNow ends the wait for the next attempt: the network may be back
 * @property {() => void} fadeIn becomes audible
 * @property {() => void} fadeOut becomes silent, then closes
 * @property {() => void} close lets go of everything at once
 *
 * @typedef {EventTarget & DeckMembers} Deck
 */

/** Counters of all decks that were used since the page was loaded. */
export class DeckTotals {
  /** @param {DeckTotals} [before] the totals to begin with */
  constructor(before) {
    this.underruns = before?.underruns ?? 0;
    this.played_frames = before?.played_frames ?? 0;
    this.skipped_ms = before?.skipped_ms ?? 0;
    this.skipped_packets = before?.skipped_packets ?? 0;
    this.received_bytes = before?.received_bytes ?? 0;
  }

  /**
   * Count what a deck has counted until now.
   *
   * @param {Pick<DeckMembers, 'stats' | 'skippedPackets' | 'receivedBytes'>} deck
   */
  add({ stats, skippedPackets, receivedBytes }) {
    this.underruns += stats.underruns;
    this.played_frames += stats.played_frames;
    this.skipped_ms += stats.skipped_ms;
    this.skipped_packets += skippedPackets;
    this.received_bytes += receivedBytes;
  }
}

/** @typedef {import('./audio-graph.js').AudioGraph} AudioGraph */
/** @typedef {import('../shared/reachable.js').Reachable} Reachable */
/** @typedef {(graph: AudioGraph, channel: string, url: string, network: Reachable) => Deck} MakeDeck */

/** @type {Record<Transport, () => Promise<MakeDeck>>} */
const LOAD = {
  ws: async () => {
    void keepInCache(AFTER_THE_TAP);
    return (graph, channel, url) => {
      const { context, output } = opened(graph);
      return new WebSocketDeck(context, output, channel, url);
    };
  },
  whep: async () => {
    const { WhepDeck } = await import('./whep-deck.js');
    return (graph, channel, url, network) => {
      const { context, output } = opened(graph);
      return new WhepDeck(context, output, channel, url, network);
    };
  },
  http: async () => {
    const [{ HttpDeck }, { canFeed, FedDeck }] = await Promise.all([
      import('./http-deck.js'),
      import('./fed/fed-deck.js'),
    ]);
    if (canFeed()) void keepInCache([FEEDER]);
    return (graph, channel, url) =>
      canFeed() ? new FedDeck(channel, url, graph.volume) : new HttpDeck(channel, url, graph.volume);
  },
};

/** @type {Map<Transport, MakeDeck>} */
const loaded = new Map();

/** @param {Transport} transport */
export function isLoaded(transport) {
  return loaded.has(transport);
}

/**
 * Load a transport's module, once. Rejected when it does not come.
 *
 * @param {Transport} transport
 */
export async function loadDeck(transport) {
  if (!loaded.has(transport)) loaded.set(transport, await within(LOAD_DEADLINE_MS, LOAD[transport]()));
}

/**
 * Begin to play a channel.
 *
 * @param {Transport} transport loaded
 * @param {AudioGraph} graph open, except for `http`
 * @param {string} channel
 * @param {string} url of the channel by this transport
 * @param {Reachable} network
 */
export function openDeck(transport, graph, channel, url, network) {
  const make = loaded.get(transport);
  if (make === undefined) throw new Error(`the module of ${transport} is not loaded`);
  return make(graph, channel, url, network);
}

/**
 * Fetch files that are needed later, so that the browser has them by then: one after the other, over one
 * connection.
 *
 * @param {URL[]} urls
 */
async function keepInCache(urls) {
  for (const url of urls) {
    try {
      await (await fetch(url)).arrayBuffer();
    } catch {
      // It is asked for again when it is needed.
    }
  }
}

/** @param {AudioGraph} graph */
function opened({ context, output }) {
  if (context === null || output === null) throw new Error('the audio graph is not open');
  return { context, output };
}
