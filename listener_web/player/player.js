/** Plays one channel of an event, changes channel without a gap, and finds the way that works here. */
import { WebSocketDeck } from './websocket-deck.js';
import { HttpDeck } from './http-deck.js';
import { WhepDeck } from './whep-deck.js';

const WORKLET_URL = new URL('./worklet.js', import.meta.url);
/** A channel without sound is changed to after this long all the same. */
const SWITCH_DEADLINE_MS = 2_500;

/** @typedef {import('./transports.js').Transport} Transport */

/**
 * One channel being played, whatever brings it. It fires `change` when its state changes; it is silent
 * until `fadeIn`, and `fadeOut` closes it.
 *
 * @typedef {WebSocketDeck | WhepDeck | HttpDeck} Sound
 */

/**
 * `idle` not asked to play · `starting` waiting for the browser's audio · `interrupted` the browser or
 * phone took the audio away, a tap brings it back · `failed` there is no audio to be had ·
 * the rest is the deck's, see {@link import('./websocket-deck.js').DeckState}
 *
 * @typedef {'idle' | 'starting' | import('./websocket-deck.js').DeckState} PlayerState
 */

/** Fires `change` when its state or audible channel changes. */
export class Player extends EventTarget {
  /** Made by the first tap. @type {AudioContext | null} */
  context = null;
  /** The last node before the loudspeaker. @type {GainNode | null} */
  output = null;
  #transports;
  /** Those before it were tried and do not work here. */
  #chosen = 0;
  #urlOf;
  #volume = 1;
  /** @type {'idle' | 'starting' | 'running' | 'failed'} */
  #wish = 'idle';
  /** @type {Promise<void> | null} */
  #worklet = null;
  /** The audible deck. @type {Sound | null} */
  #current = null;
  /** The deck that becomes audible as soon as it plays. @type {Sound | null} */
  #next = null;
  /** The channel that was last asked for. @type {string | null} */
  #wanted = null;
  #retired = { underruns: 0, played_frames: 0, skipped_ms: 0, skipped_packets: 0 };

  /**
   * @param {Transport[]} transports to try, in this order
   * @param {(transport: Transport, channel: string) => string} urlOf a channel's address
   */
  constructor(transports, urlOf) {
    super();
    this.#transports = transports;
    this.#urlOf = urlOf;
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible' && this.state === 'interrupted') this.#resume();
    });
  }

  /** @returns {PlayerState} */
  get state() {
    if (this.#wish !== 'running') return this.#wish;
    const deck = this.#current ?? this.#next;
    if (deck?.state === 'ended') return 'ended';
    if (this.#next?.state === 'queued') return 'queued';
    if (this.#inGraph && this.context?.state !== 'running') return 'interrupted';
    return deck?.state ?? 'starting';
  }

  /** How the sound comes; null when this browser has no way at all. */
  get transport() {
    return this.#transports[this.#chosen] ?? null;
  }

  /** The audible channel. */
  get channel() {
    return (this.#current ?? this.#next)?.channel ?? null;
  }

  /** The browser's own player, while that is how the sound comes. */
  get element() {
    const deck = this.#current ?? this.#next;
    return deck instanceof HttpDeck ? deck.element : null;
  }

  /** Counters since the page was loaded, and the audible deck's buffer. */
  get stats() {
    const totals = { ...this.#retired };
    for (const deck of [this.#current, this.#next]) if (deck) count(totals, deck);
    const { fill_ms = 0, target_ms = 0 } = (this.#current ?? this.#next)?.stats ?? {};
    return { ...totals, fill_ms, target_ms };
  }

  /** 0 to 1, as the ear judges it. */
  get volume() {
    return this.#volume;
  }

  set volume(volume) {
    this.#volume = volume;
    for (const deck of [this.#current, this.#next]) {
      if (deck instanceof HttpDeck) deck.volume = volume;
    }
    if (this.context && this.output) {
      this.output.gain.setTargetAtTime(volume ** 2, this.context.currentTime, 0.02);
    }
  }

  /**
   * Play a channel. Must be called from a tap or key press the first time: browsers start sound for
   * nothing less.
   *
   * @param {string} channel
   */
  async listen(channel) {
    if (this.#wish === 'running') {
      this.#resume();
      return;
    }
    this.#wish = 'starting';
    this.#changed();
    await this.#begin(channel);
  }

  /**
   * Change channel; what is heard now is heard until the new one plays.
   *
   * @param {string} channel
   */
  switchTo(channel) {
    if (this.#wish !== 'running') return;
    this.#open(channel);
    this.#changed();
  }

  /** Play the same channel from its address as it is now. */
  reopen() {
    const channel = this.channel;
    if (this.#wish !== 'running' || channel === null) return;
    this.#open(channel, true);
  }

  /**
   * Play from now on in one of these ways.
   *
   * @param {Transport[]} transports to try, in this order
   */
  prefer(transports) {
    const channel = this.channel;
    this.#transports = transports;
    this.#chosen = 0;
    if (this.#wish === 'running' && channel !== null) void this.#begin(channel);
  }

  /** Stop playing and let go of the connection. */
  stop() {
    this.#wish = 'idle';
    this.#dropNext();
    this.#retire(this.#current);
    this.#current = null;
    void this.context?.suspend();
    this.#changed();
  }

  /** Whether the sound passes through the audio graph. */
  get #inGraph() {
    return this.transport !== 'http';
  }

  /**
   * Open a channel in the best way that works, as long as it is wanted.
   *
   * @param {string} channel
   */
  async #begin(channel) {
    while (this.transport !== null) {
      try {
        if (this.#inGraph) await this.#prepare();
        if (this.#wish === 'idle') return;
        this.#wish = 'running';
        this.#open(channel, true);
        this.#changed();
        return;
      } catch (error) {
        console.warn(`no sound by ${this.transport}:`, error);
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

  async #prepare() {
    if (this.context === null) {
      // Without it iOS treats the page as a sound effect: muted by the switch, silent when locked.
      const session = /** @type {{audioSession?: {type: string}}} */ (navigator).audioSession;
      if (session) session.type = 'playback';
      this.context = new AudioContext();
      this.context.onstatechange = () => this.#changed();
      this.output = new GainNode(this.context, { gain: this.#volume ** 2 });
      this.output.connect(this.context.destination);
    }
    this.#resume();
    if (this.transport !== 'ws') return;
    this.#worklet ??= this.context.audioWorklet.addModule(WORKLET_URL);
    await this.#worklet;
  }

  #resume() {
    // Refused outside a tap: the state stays `interrupted` until there is one.
    this.context?.resume().catch(() => undefined);
    const deck = this.#current ?? this.#next;
    if (deck instanceof HttpDeck && deck.state === 'interrupted') deck.resume();
  }

  /**
   * @param {string} channel
   * @param {boolean} [again] even if it is the one that plays
   */
  #open(channel, again = false) {
    this.#dropNext();
    this.#wanted = channel;
    const current = this.#current;
    if (current instanceof WhepDeck && this.transport === 'whep' && current.state === 'playing') {
      void this.#retune(current, channel);
    } else if (again || current?.channel !== channel) {
      this.#load(channel);
    }
  }

  /**
   * Change the channel of a session, or make a new one where the server cannot do that.
   *
   * @param {WhepDeck} deck
   * @param {string} channel
   */
  async #retune(deck, channel) {
    const changed = await deck.change(channel, this.#urlOf('whep', channel));
    if (deck !== this.#current || channel !== this.#wanted) return;
    if (!changed) this.#load(channel);
    this.#changed();
  }

  /** @param {string} channel */
  #load(channel) {
    const deck = this.#deck(channel);
    this.#next = deck;
    deck.addEventListener('change', () => {
      if (deck.state === 'failed') this.#fallBack(deck);
      else if (deck === this.#next && ['playing', 'ended'].includes(deck.state)) this.#take(deck);
      this.#changed();
    });
    setTimeout(() => deck.state !== 'queued' && this.#take(deck), SWITCH_DEADLINE_MS);
  }

  /**
   * @param {string} channel
   * @returns {Sound}
   */
  #deck(channel) {
    const transport = this.transport ?? 'http';
    const url = this.#urlOf(transport, channel);
    if (transport === 'http') return new HttpDeck(channel, url, this.#volume);
    if (this.context === null || this.output === null) throw new Error('no audio graph yet');
    const Kind = transport === 'ws' ? WebSocketDeck : WhepDeck;
    return new Kind(this.context, this.output, channel, url);
  }

  /**
   * This way does not work here: take the next one.
   *
   * @param {Sound} deck that failed
   */
  #fallBack(deck) {
    if (deck !== this.#next && deck !== this.#current) return;
    this.#chosen += 1;
    void this.#begin(deck.channel);
  }

  /**
   * Cross-fade to the next deck, unless another was chosen in the meantime.
   *
   * @param {Sound} deck
   */
  #take(deck) {
    if (deck !== this.#next) return;
    this.#retire(this.#current);
    this.#current = deck;
    this.#next = null;
    deck.fadeIn();
    this.#changed();
  }

  #dropNext() {
    this.#next?.close();
    this.#next = null;
  }

  /** @param {Sound | null} deck */
  #retire(deck) {
    if (deck === null) return;
    count(this.#retired, deck);
    deck.fadeOut();
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}

/**
 * Add a deck's counters to the totals.
 *
 * @param {{underruns: number, played_frames: number, skipped_ms: number, skipped_packets: number}} totals
 * @param {Sound} deck
 */
function count(totals, deck) {
  totals.underruns += deck.stats.underruns;
  totals.played_frames += deck.stats.played_frames;
  totals.skipped_ms += deck.stats.skipped_ms;
  totals.skipped_packets += deck.skippedPackets;
}
