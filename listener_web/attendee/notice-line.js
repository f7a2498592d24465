/** The place of the notice above the Listen button, and how long its sentences stay there. */
import { format } from '../i18n/format.js';
import { byId, setText } from '../shared/dom.js';
import { isLost, noticeOf } from './notice.js';

/** How long a refusal is told. */
const REFUSAL_MS = 15_000;
/** A connection that is back sooner than this is not worth a sentence. */
const SHORT_LOSS_MS = 1_500;

export class NoticeLine {
  #strings;
  #refresh;
  #element = byId('notice', HTMLElement);
  /** What the server has refused lately. @type {import('./notice.js').Refusal | null} */
  #refusal = null;
  /** When a connection was lost; `Infinity` while all work. */
  #lostAtMs = Infinity;

  /**
   * @param {import('../i18n/localise.js').Strings} strings
   * @param {() => void} refresh the notice may be another one now
   */
  constructor(strings, refresh) {
    this.#strings = strings;
    this.#refresh = refresh;
  }

  /**
   * Tell for a while that the server has refused a language.
   *
   * @param {import('./notice.js').Refusal} refusal
   */
  refuse(refusal) {
    this.#refusal = refusal;
    setTimeout(() => {
      if (this.#refusal === refusal) this.#refusal = null;
      this.#refresh();
    }, REFUSAL_MS);
  }

  /**
   * Show the notice for a situation.
   *
   * @param {import('./status.js').Situation} situation
   * @param {object} sound
   * @param {boolean} sound.soundPossible whether this browser has a way to play
   * @param {boolean} sound.soundInvited whether to say that there is sound to listen to
   */
  show(situation, sound) {
    const now = performance.now();
    if (!isLost(situation)) this.#lostAtMs = Infinity;
    else if (this.#lostAtMs === Infinity) {
      this.#lostAtMs = now;
      // A timer may be early by a fraction of a millisecond.
      setTimeout(() => this.#refresh(), SHORT_LOSS_MS + 1);
    }
    const lostForLong = now - this.#lostAtMs >= SHORT_LOSS_MS;
    const { text, tone, values } = noticeOf(situation, { ...sound, lostForLong, refusal: this.#refusal });
    this.#element.dataset.tone = tone;
    this.#element.hidden = text === null;
    setText(this.#element, text === null ? '' : format(this.#strings[text], values));
  }
}
