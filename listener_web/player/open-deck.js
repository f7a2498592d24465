/** Loads the module of a transport when it is needed, and makes its decks. */
import { within } from '../shared/deadline.js';

const LOAD_DEADLINE_MS = 20_000;

/** The browser asks for these when the sound begins. */
const AFTER_THE_TAP = ['./worker.js', './worklet.js'].map((name) => new URL(name, import.meta.url));

/** @typedef {import('./transports.js').Transport} Transport */
/** @typedef {import('./audio-graph.js').AudioGraph} AudioGraph */
/** @typedef {(graph: AudioGraph, channel: string, url: string) => import('./deck.js').Deck} MakeDeck */

/** @type {Record<Transport, () => Promise<MakeDeck>>} */
const LOAD = {
  ws: async () => {
    const { WebSocketDeck } = await import('./websocket-deck.js');
    for (const url of AFTER_THE_TAP) void keepInCache(url);
    return (graph, channel, url) => {
      const { context, output } = opened(graph);
      return new WebSocketDeck(context, output, channel, url);
    };
  },
  whep: async () => {
    const { WhepDeck } = await import('./whep-deck.js');
    return (graph, channel, url) => {
      const { context, output } = opened(graph);
      return new WhepDeck(context, output, channel, url);
    };
  },
  http: async () => {
    const { HttpDeck } = await import('./http-deck.js');
    return (graph, channel, url) => new HttpDeck(channel, url, graph.volume);
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
 */
export function openDeck(transport, graph, channel, url) {
  const make = loaded.get(transport);
  if (make === undefined) throw new Error(`the module of ${transport} is not loaded`);
  return make(graph, channel, url);
}

/**
 * Fetch a file that is needed later, so that the browser has it by then.
 *
 * @param {URL} url
 */
async function keepInCache(url) {
  try {
    await (await fetch(url)).arrayBuffer();
  } catch {
    // It is asked for again when it is needed.
  }
}

/** @param {AudioGraph} graph */
function opened({ context, output }) {
  if (context === null || output === null) throw new Error('the audio graph is not open');
  return { context, output };
}
