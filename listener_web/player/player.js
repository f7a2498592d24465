/**
 * Plays one channel of an event, changes channel without a gap, and finds a transport that works.
 *
 * Related modules: `transports.js` says which transports this browser has, and loads the deck that
 * plays by one of them: `websocket-deck.js`, `whep-deck.js`, `fed/fed-deck.js` or `http-deck.js`. The WebSocket deck
 * receives and decodes `frames.js` in `worker.js`. It plays in `worklet.js`, by a `channel-player.js`:
 * `delay-estimate.js` says how much sound has to wait in a `jitter-buffer.js`, which is made of a
 * `pcm-ring.js`. `audio-graph.js` leads to the loudspeaker.
 */
import { Interruption, playAsMedia } from '../device/interruption.js';
import { AudioGraph, FADE_S } from './audio-graph.js';
import { DeckTotals, isLoaded, loadDeck, openDeck } from './transports.js';

/** The old channel is heard no longer than this while the new one has no sound yet. */
const SWITCH_DEADLINE_MS = 2_500;
/** A transport that played and then fails begins again, unless it did so this recently. */
const RESTART_INTERVAL_MS = 60_000;

/** @typedef {import('./transports.js').Transport} Transport */

/** @typedef {import('./transports.js').Deck} Deck */

/**
 * `idle` not asked to play · `starting` waiting for the browser's audio · `interrupted` the browser or
 * phone took the audio away, a tap brings it back · `failed` no transport works here · the rest is
 * the deck's, see {@link import('./transports.js').DeckState}
 *
 * @typedef {'idle' | 'starting' | import('./transports.js').DeckState} PlayerState
 */

/**
 * Fires `change` when its state or audible channel changes. It fires `refused` when the server has no
 * sound of the channel that was wanted; `detail` is the channel that is still heard.
 */
export class Player extends EventTarget {
  #graph = new AudioGraph(() => this.#changed());
  #transports;
  /** Index of the transport in use; those before it were tried and do not work here. */
  #chosen = 0;
  #urlOf;
  #network;
  /** @type {'idle' | 'starting' | 'running' | 'failed'} */
  #wish = 'idle';
  /** The audible deck. @type {Deck | null} */
  #current = null;
  /** The deck that becomes audible as soon as it plays. @type {Deck | null} */
  #next = null;
  /** The channel that was last asked for. */
  #wanted = '';
  /** Counts the attempts to find a transport; only the last one goes on. */
  #attempt = 0;
  /** The counters of decks that are no longer used. */
  #retired = new DeckTotals();
  #restartedMs = -Infinity;
  #interruption = new Interruption({
    isInterrupted: () => this.state === 'interrupted',
    // The phone pauses the browser's own player for a reason, for example that headphones were pulled
    // out, and plays on by itself after a call.
    mayResumeAlone: () => this.#inGraph,
    resume: () => this.#resume(),
  });

  /**
   * @param {Transport[]} transports to try, in this order
   * @param {(transport: Transport, channel: string) => string} urlOf a channel's address
   * @param {import('../shared/reachable.js').Reachable} network
   */
  constructor(transports, urlOf, network) {
    super();
    this.#network = network;
    this.#transports = transports;
    this.#urlOf = urlOf;
  }

  /** @returns {PlayerState} */
  get state() {
    if (this.#wish !== 'running') return this.#wish;
    const deck = this.#current ?? this.#next;
    if (deck?.state === 'ended') return 'ended';
    if (this.#next?.state === 'queued') return 'queued';
    if (this.#inGraph && !this.#graph.running) return 'interrupted';
    // The next transport is being loaded.
    if (deck?.state === 'failed') return 'connecting';
    return deck?.state ?? 'starting';
  }

  /** The transport in use; null if this browser has none. */
  get transport() {
    return this.#transports[this.#chosen] ?? null;
  }

  /** The audible channel. */
  get channel() {
    return (this.#current ?? this.#next)?.channel ?? null;
  }

  /** The browser's own player, null while the sound passes through the audio graph. */
  get element() {
    return (this.#current ?? this.#next)?.element ?? null;
  }

  /** The page's audio context, null before the first tap. */
  get context() {
    return this.#graph.context;
  }

  /** The last node before the loudspeaker, null before the first tap. */
  get output() {
    return this.#graph.output;
  }

  /** Counters since the page was loaded, and the audible deck's buffer. */
  get stats() {
    const totals = new DeckTotals(this.#retired);
    for (const deck of [this.#current, this.#next]) if (deck) totals.add(deck);
    const { fill_ms = 0, target_ms = 0 } = (this.#current ?? this.#next)?.stats ?? {};
    return { ...totals, fill_ms, target_ms };
  }

  /** 0 to 1, as perceived. */
  get volume() {
    return this.#graph.volume;
  }

  set volume(volume) {
    this.#graph.volume = volume;
    for (const deck of [this.#current, this.#next]) deck?.setVolume(volume);
  }

  /**
   * Play a channel. The first call must come from a tap or a key press, or browsers refuse to start
   * the sound.
   *
   * @param {string} channel
   */
  async listen(channel) {
    this.#wanted = channel;
    playAsMedia();
    if (this.#wish === 'running') {
      this.#resume();
      return;
    }
    this.#wish = 'starting';
    this.#changed();
    await this.#begin();
  }

  /**
   * Load what a transport needs, so that a tap is not followed by a download.
   *
   * @param {Transport | null} transport
   */
  async prepare(transport = this.transport) {
    // What does not come now is asked for again by the tap.
    if (transport !== null) await loadDeck(transport).catch(() => undefined);
  }

  /**
   * Change channel. The old one is heard until the new one plays.
   *
   * @param {string} channel
   */
  switchTo(channel) {
    this.#wanted = channel;
    if (this.#wish !== 'running') return;
    this.#open(channel);
    this.#changed();
  }

  /** Play the same channel from its address, which has changed. */
  reopen() {
    if (this.#wish === 'running') this.#open(this.#wanted, true);
  }

  /**
   * Play by one of these transports from now on.
   *
   * @param {Transport[]} transports to try, in this order
   */
  prefer(transports) {
    this.#transports = transports;
    this.#chosen = 0;
    if (['starting', 'running'].includes(this.#wish)) void this.#begin();
  }

  /** Stop playing and let go of the connection. */
  stop() {
    this.#wish = 'idle';
    this.#attempt += 1;
    this.#dropNext();
    this.#retire(this.#current);
    this.#current = null;
    this.#graph.suspend();
    this.#changed();
  }

  /** The network may be back: a lost connection is tried again at once. */
  retryNow() {
    for (const deck of [this.#current, this.#next]) deck?.retryNow();
  }

  /** Whether the sound passes through the audio graph. */
  get #inGraph() {
    return this.transport !== 'http';
  }

  /** Open the wanted channel by the best transport that works, for as long as it is wanted. */
  async #begin() {
    const attempt = ++this.#attempt;
    while (this.transport !== null) {
      const transport = this.transport;
      try {
        if (this.#inGraph) {
          this.#graph.open();
          this.#resume();
        }
        // No wait where none is needed: iOS starts sound only in the turn of the tap.
        if (!isLoaded(transport)) await loadDeck(transport);
        if (transport === 'ws') await this.#graph.loadWorklet();
        if (attempt !== this.#attempt) return;
        this.#wish = 'running';
        this.#open(this.#wanted, true);
        this.#changed();
        return;
      } catch (error) {
        if (attempt !== this.#attempt) return;
        console.warn(`no sound by ${transport}:`, error);
        this.#chosen += 1;
      }
    }
    this.#giveUp();
  }

  #giveUp() {
    this.#dropNext();
    this.#retire(this.#current);
    this.#current = null;
    this.#chosen = 0;
    this.#wish = 'failed';
    this.#changed();
  }

  #resume() {
    if (this.#inGraph) this.#graph.resume();
    const deck = this.#current ?? this.#next;
    if (deck?.state === 'interrupted') deck.resume();
  }

  /**
   * @param {string} channel
   * @param {boolean} [again] even if it is the one that plays
   */
  #open(channel, again = false) {
    this.#dropNext();
    const current = this.#current;
    if (current?.canChange && current.transport === this.transport) {
      void this.#changeIn(current, channel);
    } else if (again || current?.channel !== channel) {
      this.#load(channel);
    }
  }

  /**
   * Change the channel inside a deck, or load a new deck where the server cannot do that.
   *
   * @param {Deck} deck
   * @param {string} channel
   */
  async #changeIn(deck, channel) {
    const changed = await deck.change(channel, this.#urlOf(deck.transport, channel));
    if (deck !== this.#current || channel !== this.#wanted) return;
    if (!changed) this.#load(channel);
    else if (deck.channel !== channel) this.#keep(deck.channel);
    this.#changed();
  }

  /**
   * The server has refused a channel: what is heard goes on.
   *
   * @param {string} channel that is heard
   */
  #keep(channel) {
    this.#wanted = channel;
    this.dispatchEvent(new CustomEvent('refused', { detail: channel }));
  }

  /** @param {string} channel */
  #load(channel) {
    const transport = this.transport ?? 'http';
    const url = this.#urlOf(transport, channel);
    const deck = openDeck(transport, this.#graph, channel, url, this.#network);
    this.#next = deck;
    deck.addEventListener('change', () => {
      if (deck.state === 'failed') this.#fallBack(deck);
      else if (deck === this.#next && ['playing', 'ended'].includes(deck.state)) this.#take(deck);
      this.#changed();
    });
    setTimeout(() => deck.state !== 'queued' && this.#take(deck), SWITCH_DEADLINE_MS);
  }

  /**
   * This transport does not work here: take the next one. One that has played gets another try.
   *
   * @param {Deck} deck the one that failed
   */
  #fallBack(deck) {
    if (deck !== this.#next && deck !== this.#current) return;
    console.warn(`no sound by ${deck.transport} any more`);
    const now = performance.now();
    const restarts =
      deck.stats.played_frames > 0 && now - this.#restartedMs >= RESTART_INTERVAL_MS;
    if (restarts) this.#restartedMs = now;
    else if (!deck.hasSubstitute) this.#chosen += 1;
    void this.#begin();
  }

  /**
   * Cross-fade to the next deck, unless another was chosen by then.
   *
   * @param {Deck} deck
   */
  #take(deck) {
    if (deck !== this.#next) return;
    this.#retire(this.#current);
    this.#current = deck;
    this.#next = null;
    deck.fadeIn();
    setTimeout(() => this.#suspendUnused(), 2 * FADE_S * 1000);
    this.#changed();
  }

  /** A graph that nothing passes through costs battery, too. */
  #suspendUnused() {
    if (!this.#inGraph) this.#graph.suspend();
  }

  #dropNext() {
    this.#next?.close();
    this.#next = null;
  }

  /** @param {Deck | null} deck */
  #retire(deck) {
    if (deck === null) return;
    this.#retired.add(deck);
    deck.fadeOut();
  }

  #changed() {
    this.#interruption.look();
    this.dispatchEvent(new Event('change'));
  }
}
