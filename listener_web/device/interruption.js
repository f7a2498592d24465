/**
 * Brings back sound that the browser or the phone took away: for a call, for another app, or because
 * headphones were pulled out.
 */
import { Backoff } from '../shared/backoff.js';

const FIRST_WAIT_MS = 1_000;
const LAST_WAIT_MS = 8_000;

/**
 * @typedef {object} InterruptedSound
 * @property {() => boolean} isInterrupted
 * @property {() => boolean} mayResumeAlone whether the sound may come back although nobody has looked
 *   at the page or touched it
 * @property {() => void} resume tries to play on; browsers may refuse that
 */

export class Interruption {
  #sound;
  #backoff = new Backoff(FIRST_WAIT_MS, LAST_WAIT_MS);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {InterruptedSound} sound */
  constructor(sound) {
    this.#sound = sound;
    const seen = () => {
      if (document.visibilityState === 'visible') this.#resume();
    };
    document.addEventListener('visibilitychange', seen);
    document.addEventListener('resume', seen);
    // Browsers that want a tap do not care where. A button does what it says, and no more.
    document.addEventListener('click', ({ target }) => {
      if (!(target instanceof Element && target.closest('button'))) seen();
    });
    for (const sign of ['pageshow', 'focus']) addEventListener(sign, seen);
    const changed = () => {
      if (sound.mayResumeAlone()) this.#resume();
    };
    navigator.mediaDevices?.addEventListener?.('devicechange', changed);
    const { audioSession } = /** @type {{audioSession?: EventTarget}} */ (navigator);
    audioSession?.addEventListener?.('statechange', changed);
  }

  /** The state of the sound has changed: while it is interrupted, try to resume it now and then. */
  look() {
    if (!this.#sound.isInterrupted()) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#backoff.reset();
    } else {
      this.#timer ??= setTimeout(() => this.#tryAlone(), this.#backoff.nextMs());
    }
  }

  #tryAlone() {
    this.#timer = undefined;
    if (this.#sound.mayResumeAlone()) this.#resume();
    this.look();
  }

  #resume() {
    if (this.#sound.isInterrupted()) this.#sound.resume();
  }
}

/** Say that this page plays media; otherwise iOS mutes it by the ringer switch and behind a lock. */
export function playAsMedia() {
  const session = /** @type {{audioSession?: {type: string}}} */ (navigator).audioSession;
  if (session) session.type = 'playback';
}
