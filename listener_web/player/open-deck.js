/** Makes the deck of each transport. */
import { HttpDeck } from './http-deck.js';
import { WebSocketDeck } from './websocket-deck.js';
import { WhepDeck } from './whep-deck.js';

/** @typedef {import('./transports.js').Transport} Transport */

/**
 * The decks whose sound passes through the audio graph.
 *
 * @type {Record<Exclude<Transport, 'http'>, typeof WebSocketDeck | typeof WhepDeck>}
 */
const IN_GRAPH = { ws: WebSocketDeck, whep: WhepDeck };

/**
 * Begin to play a channel.
 *
 * @param {Transport} transport
 * @param {import('./audio-graph.js').AudioGraph} graph open, except for `http`
 * @param {string} channel
 * @param {string} url of the channel by this transport
 * @returns {import('./deck.js').Deck}
 */
export function openDeck(transport, graph, channel, url) {
  if (transport === 'http') return new HttpDeck(channel, url, graph.volume);
  const { context, output } = graph;
  if (context === null || output === null) throw new Error('the audio graph is not open');
  const DeckClass = IN_GRAPH[transport];
  return new DeckClass(context, output, channel, url);
}
