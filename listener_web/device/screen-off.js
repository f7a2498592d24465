/** Offers once, after a while of listening, to play on while the screen is off. */
import { device } from '../shared/storage.js';

export const OFFERED_AFTER_MS = 30_000;
const MADE = 'screen-off-offer';

/** @typedef {import('../i18n/localise.js').Strings} Strings */

/**
 * The time that somebody has listened, without the pauses.
 *
 * It calls `reached` once, from a timer.
 */
export class ListeningTime {
  #reached;
  #leftMs;
  #isReached = false;
  #began = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {number} ms after which `reached` is called
   * @param {() => void} reached
   */
  constructor(ms, reached) {
    this.#leftMs = ms;
    this.#reached = reached;
  }

  /** @param {boolean} playing whether sound is heard now */
  update(playing) {
    if (this.#isReached || playing === (this.#timer !== undefined)) return;
    if (playing) {
      this.#began = performance.now();
      this.#timer = setTimeout(() => this.#end(), Math.max(0, this.#leftMs));
    } else {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#leftMs -= performance.now() - this.#began;
    }
  }

  #end() {
    this.#isReached = true;
    this.#reached();
  }
}

export class ScreenOffOffer {
  #strings;
  #questions;
  #on;
  #time = new ListeningTime(OFFERED_AFTER_MS, () => this.#offer());
  #answered = false;

  /**
   * @param {Strings} strings
   * @param {import('../questions/questions.js').Questions} questions
   * @param {object} on
   * @param {() => void} on.asking the question is asked: load what the answer may need
   * @param {() => void} on.accept called from the tap
   */
  constructor(strings, questions, on) {
    this.#strings = strings;
    this.#questions = questions;
    this.#on = on;
  }

  /**
   * @param {object} now
   * @param {boolean} now.wanted whether sound is wanted
   * @param {boolean} now.playing whether it is heard
   * @param {boolean} now.answered whether the attendee has chosen that it goes on without a screen
   */
  update({ wanted, playing, answered }) {
    this.#answered = answered;
    this.#time.update(playing && document.visibilityState === 'visible');
    if (!wanted || answered) this.#questions.withdraw('put-away');
  }

  #offer() {
    if (this.#answered || device.recall(MADE) !== null || !isHandheld() || !canPlayFiles()) return;
    const { putAway, putAwayNext, putAwayYes, putAwayNo } = this.#strings;
    this.#questions.ask({
      id: 'put-away',
      title: putAway,
      more: putAwayNext,
      yes: putAwayYes,
      no: putAwayNo,
      asked: () => {
        device.remember(MADE, 'yes');
        this.#on.asking();
      },
      accept: this.#on.accept,
    });
  }
}

/** Whether this is a device that people put away: one that is touched. */
function isHandheld() {
  return matchMedia('(pointer: coarse)').matches;
}

function canPlayFiles() {
  return new Audio().canPlayType('audio/mpeg') !== '';
}
