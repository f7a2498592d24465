/** Plays one channel of an event, and changes channel without a gap. */
import { Deck } from './deck.js';

const WORKLET_URL = new URL('./playout-worklet.js', import.meta.url);
/** A channel without sound is changed to after this long all the same. */
const SWITCH_DEADLINE_MS = 2_500;

/**
 * `idle` not asked to play · `starting` waiting for the browser's audio · `interrupted` the browser or
 * phone took the audio away, a tap brings it back · `failed` there is no audio to be had ·
 * the rest is the deck's, see {@link Deck}
 *
 * @typedef {'idle' | 'starting' | 'interrupted' | 'failed' | import('./deck.js').DeckState} PlayerState
 */

/**
 * What this browser lacks for sound, if anything: an address with https, or a newer browser.
 *
 * @returns {'https' | 'browser' | null}
 */
export function missingForSound() {
  if (!isSecureContext) return 'https';
  const complete = 'AudioDecoder' in window && 'AudioWorkletNode' in window;
  return complete ? null : 'browser';
}

/** Fires `change` when its state or audible channel changes. */
export class Player extends EventTarget {
  /** Made by the first tap. @type {AudioContext | null} */
  context = null;
  /** The last node before the loudspeaker. @type {GainNode | null} */
  output = null;
  #urlOf;
  #volume = 1;
  /** @type {'idle' | 'starting' | 'running' | 'failed'} */
  #wish = 'idle';
  /** @type {Promise<void> | null} */
  #worklet = null;
  /** The audible deck. @type {Deck | null} */
  #current = null;
  /** The deck that becomes audible as soon as it plays. @type {Deck | null} */
  #next = null;
  #retired = { underruns: 0, played_frames: 0, skipped_ms: 0, skipped_packets: 0 };

  /** @param {(channel: string) => string} urlOf a channel's WebSocket address */
  constructor(urlOf) {
    super();
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
    if (this.context?.state !== 'running') return 'interrupted';
    return deck?.state ?? 'starting';
  }

  /** The audible channel. */
  get channel() {
    return (this.#current ?? this.#next)?.channel ?? null;
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
    try {
      const context = this.#prepare();
      this.#resume();
      await this.#worklet;
      if (this.#wish !== 'starting') return;
      this.#wish = 'running';
      this.#open(context, channel);
    } catch (error) {
      console.error('sound cannot start:', error);
      this.#wish = 'failed';
    }
    this.#changed();
  }

  /**
   * Change channel; what is heard now is heard until the new one plays.
   *
   * @param {string} channel
   */
  switchTo(channel) {
    if (this.#wish !== 'running' || this.context === null) return;
    this.#open(this.context, channel);
    this.#changed();
  }

  /** Play the same channel from its address as it is now. */
  reopen() {
    const channel = this.channel;
    if (this.#wish !== 'running' || this.context === null || channel === null) return;
    this.#open(this.context, channel, true);
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

  #prepare() {
    if (this.context === null) {
      // Without it iOS treats the page as a sound effect: muted by the switch, silent when locked.
      const session = /** @type {{audioSession?: {type: string}}} */ (navigator).audioSession;
      if (session) session.type = 'playback';
      this.context = new AudioContext();
      this.context.onstatechange = () => this.#changed();
      this.output = new GainNode(this.context, { gain: this.#volume ** 2 });
      this.output.connect(this.context.destination);
    }
    this.#worklet ??= this.context.audioWorklet.addModule(WORKLET_URL);
    return this.context;
  }

  #resume() {
    // Refused outside a tap: the state stays `interrupted` until there is one.
    this.context?.resume().catch(() => undefined);
  }

  /**
   * @param {AudioContext} context
   * @param {string} channel
   * @param {boolean} [again] even if it is the one that plays
   */
  #open(context, channel, again = false) {
    this.#dropNext();
    if ((!again && this.#current?.channel === channel) || this.output === null) return;
    const deck = new Deck(context, this.output, channel, this.#urlOf(channel));
    this.#next = deck;
    deck.addEventListener('change', () => {
      if (deck === this.#next && ['playing', 'ended'].includes(deck.state)) this.#take(deck);
      this.#changed();
    });
    setTimeout(() => this.#take(deck), SWITCH_DEADLINE_MS);
  }

  /**
   * Cross-fade to the next deck, unless another was chosen in the meantime.
   *
   * @param {Deck} deck
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

  /** @param {Deck | null} deck */
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
 * @param {Deck} deck
 */
function count(totals, deck) {
  totals.underruns += deck.stats.underruns;
  totals.played_frames += deck.stats.played_frames;
  totals.skipped_ms += deck.stats.skipped_ms;
  totals.skipped_packets += deck.skippedPackets;
}

/**
 * What a test or a curious person sees of the player, read-only.
 *
 * @param {Player} player
 */
export function inspector(player) {
  return Object.freeze({
    get state() {
      return player.state;
    },
    get channel() {
      return player.channel;
    },
    get underruns() {
      return player.stats.underruns;
    },
    get fill_ms() {
      return player.stats.fill_ms;
    },
    get target_ms() {
      return player.stats.target_ms;
    },
    get skipped_ms() {
      return player.stats.skipped_ms;
    },
    get skipped_packets() {
      return player.stats.skipped_packets;
    },
    get played_frames() {
      return player.stats.played_frames;
    },
    get context_time() {
      return player.context?.currentTime ?? 0;
    },
    get context() {
      return player.context;
    },
    get output() {
      return player.output;
    },
  });
}
