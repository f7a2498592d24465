/** Offers once, after a while of listening, to play on while the screen is off. */
import { h } from '../shared/dom.js';
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
  #on;
  /** A live region has to be there before its text. */
  #place = h('div', { class: 'offer-place', 'aria-live': 'polite' });
  #time = new ListeningTime(OFFERED_AFTER_MS, () => this.#make());
  #answered = false;

  /**
   * @param {Strings} strings
   * @param {HTMLElement} notice the question appears before it
   * @param {object} on
   * @param {() => void} on.asking the question is about to be asked: load what the answer may need
   * @param {() => void} on.accept called from the tap
   */
  constructor(strings, notice, on) {
    this.#strings = strings;
    this.#on = on;
    notice.before(this.#place);
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
    if (!wanted || answered) this.#place.replaceChildren();
  }

  #make() {
    if (this.#answered || device.recall(MADE) !== null || !isHandheld() || !canPlayFiles()) return;
    device.remember(MADE, 'yes');
    this.#on.asking();
    const { putAway, putAwayNext, putAwayYes, putAwayNo } = this.#strings;
    const yes = h('button', { type: 'button', class: 'button primary' }, putAwayYes);
    const no = h('button', { type: 'button', class: 'button' }, putAwayNo);
    yes.addEventListener('click', () => this.#close(this.#on.accept));
    no.addEventListener('click', () => this.#close());
    this.#place.append(
      h(
        'section',
        { class: 'offer', role: 'group', 'aria-labelledby': 'put-away', onkeydown: dismissedBy(no) },
        h('h2', { id: 'put-away' }, putAway),
        h('p', {}, putAwayNext),
        h('div', { class: 'answers' }, yes, no),
      ),
    );
  }

  /** @param {() => void} [act] */
  #close(act) {
    const hadFocus = this.#place.contains(document.activeElement);
    this.#place.replaceChildren();
    if (hadFocus) document.getElementById('listen')?.focus();
    act?.();
  }
}

/** @param {HTMLButtonElement} no */
function dismissedBy(no) {
  return (/** @type {KeyboardEvent} */ { key }) => {
    if (key === 'Escape') no.click();
  };
}

/** Whether this is a device that people put away: one that is touched. */
function isHandheld() {
  return matchMedia('(pointer: coarse)').matches;
}

function canPlayFiles() {
  return new Audio().canPlayType('audio/mpeg') !== '';
}
