/**
 * The page's sound. Captions need none of it: all modules of the player are loaded apart from the
 * page's own, and a player that cannot be loaded is a state like any other.
 */
import { soundOf } from '../languages/choice.js';
import { within } from '../shared/deadline.js';
import { asked, byId } from '../shared/dom.js';
import { network } from '../shared/reachable.js';

const LOAD_DEADLINE_MS = 30_000;

/** @typedef {import('../player/player.js').Player} Player */
/** @typedef {import('../player/player.js').PlayerState} PlayerState */
/** @typedef {() => import('../player/transports.js').Transport[]} UsableTransports */

/** A loaded player, and the transports that it may use at present. */
/** @typedef {{player: Player, usable: UsableTransports}} Loaded */

/** Fires the events of the player: `change`, and `refused` with the channel that is still heard. */
export class Sound extends EventTarget {
  #load;
  /** @type {Loaded | null} */
  #loaded = null;
  /** @type {Promise<void> | null} */
  #loading = null;
  #volume = 1;
  /** The channel that was asked for before the player was loaded. @type {string | null} */
  #asked = null;
  #failed = false;

  /** @param {() => Promise<Loaded>} load asked again when it failed */
  constructor(load) {
    super();
    this.#load = load;
  }

  /** @returns {PlayerState} `failed` also when the player cannot be loaded */
  get state() {
    if (this.#loaded !== null) return this.#loaded.player.state;
    if (this.#asked !== null) return 'starting';
    return this.#failed ? 'failed' : 'idle';
  }

  /** Whether the attendee has asked for sound and nothing has ended that. */
  get wanted() {
    return !['idle', 'interrupted', 'ended', 'failed'].includes(this.state);
  }

  /** Whether this browser has a way to play; taken to be so until the player is loaded. */
  get possible() {
    return this.#loaded === null || this.#loaded.player.transport !== null;
  }

  /** How much sound has been received and not played yet, in milliseconds. */
  get bufferedMs() {
    const player = this.#loaded?.player;
    const buffered = player?.element?.buffered;
    if (!player?.element || !buffered?.length) return player?.stats.fill_ms ?? 0;
    return 1000 * (buffered.end(buffered.length - 1) - player.element.currentTime);
  }

  /** The player's counters; null until it is loaded. */
  get stats() {
    return this.#loaded?.player.stats ?? null;
  }

  /** Bytes of sound received since the page was loaded. */
  get receivedBytes() {
    return this.#loaded?.player.stats.received_bytes ?? 0;
  }

  /** How long the way to the loudspeaker is, which is long by Bluetooth; 0 where the browser does not tell. */
  get outputLatencyMs() {
    const player = this.#loaded?.player;
    return player?.element ? 0 : 1000 * (player?.context?.outputLatency ?? 0);
  }

  /** Whether the sound goes on behind a locked screen. */
  get playsLocked() {
    return this.#loaded?.player.transport === 'http';
  }

  /** @param {number} volume 0 to 1, as perceived */
  setVolume(volume) {
    this.#volume = volume;
    if (this.#loaded !== null) this.#loaded.player.volume = volume;
  }

  /** Load the player, unless it is loaded; an attendee who already asked for sound then hears it. */
  load() {
    if (this.#loaded !== null) return Promise.resolve();
    this.#loading ??= this.#begin().finally(() => (this.#loading = null));
    return this.#loading;
  }

  /**
   * Play a channel; must be called from a tap or a key press.
   *
   * @param {string} channel
   */
  listen(channel) {
    if (this.#loaded !== null) {
      void this.#loaded.player.listen(channel);
      return;
    }
    this.#asked = channel;
    this.#changed();
    void this.load();
  }

  /** @param {string} channel to play from now on, if sound is wanted */
  switchTo(channel) {
    if (this.#asked !== null) this.#asked = channel;
    this.#loaded?.player.switchTo(channel);
  }

  /** Play the same channel from its address, which has changed. */
  reopen() {
    this.#loaded?.player.reopen();
  }

  /** Choose the transport again: the attendee's settings have changed. */
  chooseTransport() {
    this.#loaded?.player.prefer(this.#loaded.usable());
  }

  /** Load what it takes to play behind a locked screen, so that a tap is not followed by a download. */
  prepareLocked() {
    void this.#loaded?.player.prepare('http');
  }

  /** The network may be back: a lost connection is tried again at once. */
  retryNow() {
    this.#loaded?.player.retryNow();
  }

  /** Stop playing. */
  stop() {
    this.#asked = null;
    this.#failed = false;
    this.#loaded?.player.stop();
    this.#changed();
  }

  async #begin() {
    try {
      this.#loaded = await within(LOAD_DEADLINE_MS, this.#load());
      const { player } = this.#loaded;
      player.volume = this.#volume;
      // Chromium would begin those of the sound later.
      network.mayOpenSockets = () => !this.wanted || player.transport !== 'ws';
      player.addEventListener('change', () => {
        if (player.state === 'playing') network.answered();
        this.#changed();
      });
      player.addEventListener('refused', (event) => {
        const { detail } = /** @type {CustomEvent<string>} */ (event);
        this.dispatchEvent(new CustomEvent('refused', { detail }));
      });
      if (this.#asked !== null) void player.listen(this.#asked);
      else void player.prepare();
    } catch (error) {
      console.warn('the sound cannot be loaded:', error);
      // Nobody is troubled with that who only reads.
      this.#failed = this.#asked !== null;
    }
    this.#asked = null;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}

/**
 * Load the player of an event, with this attendee's settings.
 *
 * @param {string} event its id
 * @param {() => import('../languages/choice.js').Choice} chosen
 * @returns {Promise<Loaded>}
 */
export async function loadPlayer(event, chosen) {
  const { sound } = await import('../bundles/sound.js');
  const locked = byId('locked-screen', HTMLInputElement);
  const usable = () => sound.usableTransports(locked.checked, asked('transport'));
  const player = new sound.Player(
    usable(),
    (transport, channel) => sound.addressOf(transport, event, soundOf(channel, chosen())),
    network,
  );
  // For tests and support.
  Object.defineProperty(window, 'broadcasterPlayer', { value: sound.inspector(player) });
  return { player, usable };
}
