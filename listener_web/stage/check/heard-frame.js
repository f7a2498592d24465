/**
 * Tells speakers how they are heard: a red frame while nobody hears them, and the fault of the
 * microphone in words for them.
 */
import { h, setText } from '../../shared/dom.js';
import { microphoneVerdict } from '../../shared/sound-check.js';
import { speakerWords } from '../../i18n/check-words.js';
import { say } from '../../i18n/say.js';

/** @typedef {import('../../shared/sound-check.js').HeardFloor} HeardFloor */

/**
 * @typedef {object} StageSituation
 * @property {boolean} onAir the microphone is published
 * @property {boolean} muted the microphone's own switch is off
 * @property {string} state of the event
 * @property {HeardFloor | null} floor what the server last reported; null while it is not known
 * @property {readonly string[]} failing channels whose booths have failed
 */

/**
 * Why nobody hears the speaker, or only the original is heard.
 *
 * @param {StageSituation} situation
 * @returns {'' | 'checkUnheardOpen' | 'checkUnheardPaused' | 'checkUnheardBooths' | 'checkUnheardMuted'
 *   | 'checkUnheardNothing'}
 */
export function whyUnheard({ onAir, muted, state, floor, failing }) {
  if (!onAir) return '';
  if (muted) return 'checkUnheardMuted';
  if (floor !== null) {
    const { problem } = microphoneVerdict(floor);
    if (!floor.publisher || problem === 'no_signal' || problem === 'silent') {
      return 'checkUnheardNothing';
    }
  }
  if (state === 'draft' || state === 'open') return 'checkUnheardOpen';
  if (state === 'paused') return 'checkUnheardPaused';
  return failing.length > 0 ? 'checkUnheardBooths' : '';
}

export class HeardFrame {
  #headline = h('strong', {});
  #reason = h('span', {});
  #fault = h('span', { class: 'heard-fault' });
  element = h(
    'p',
    { class: 'heard-frame', role: 'status', hidden: '' },
    this.#headline,
    this.#reason,
    this.#fault,
  );

  /** @param {StageSituation} situation */
  show(situation) {
    const why = whyUnheard(situation);
    const { floor, onAir } = situation;
    const fault = onAir && floor !== null ? speakerWords(microphoneVerdict(floor)) : '';
    const unheard = why !== '' && why !== 'checkUnheardBooths';
    setText(this.#headline, unheard ? say('checkUnheard') : '');
    setText(this.#reason, why === '' ? '' : say(why));
    setText(this.#fault, fault);
    this.element.hidden = why === '' && fault === '';
    document.documentElement.classList.toggle('unheard', why !== '');
    this.element.dataset.tone = why === '' ? 'warn' : 'bad';
  }
}
