/** The organizer's choice of a stereo input's channel, and a sentence about its cable. */
import { sendJson } from '../shared/api.js';
import { h, setText } from '../shared/dom.js';
import { floorFault } from '../i18n/finding-words.js';
import { say } from '../i18n/say.js';

/** @typedef {import('./api-types.js').FloorStatus} FloorStatus */
/** @typedef {import('./api-types.js').StereoInput} StereoInput */

const KEYS = /** @type {const} */ ({
  auto: 'stereoAuto',
  left: 'stereoLeft',
  right: 'stereoRight',
  both: 'stereoBoth',
});

export class StereoChoice {
  /** The control, below a sentence about the cable if there is something to say. */
  element = h('div', { class: 'stereo' });
  #path;
  #fail;
  #fault = h('p', { class: 'notice', 'data-tone': 'warn', role: 'status', hidden: true });
  #select = h(
    'select',
    { class: 'input', name: 'stereo-input' },
    ...Object.entries(KEYS).map(([value, key]) => h('option', { value }, say(key))),
  );
  #taken = h('span', { class: 'soft' });

  /**
   * @param {string} path of the event in the API
   * @param {StereoInput} choice
   * @param {(error: unknown) => void} fail shows what went wrong
   */
  constructor(path, choice, fail) {
    this.#path = path;
    this.#fail = fail;
    this.#select.value = choice;
    this.#select.addEventListener('change', () => void this.#save());
    const properties = { class: 'row', 'data-needs': 'edit_event' };
    const label = h('label', properties, say('stereoInput'), this.#select);
    this.element.append(this.#fault, h('div', { class: 'row' }, label, this.#taken));
  }

  /** @param {StereoInput} choice of this desk or of another one */
  choose(choice) {
    if (document.activeElement !== this.#select) this.#select.value = choice;
  }

  /** @param {FloorStatus | null} floor */
  show(floor) {
    const speaks = floor !== null && floor.publisher && floor.error !== 'undecodable_audio';
    const reason = speaks ? floorFault(floor) : '';
    setText(this.#fault, reason);
    this.#fault.hidden = reason === '';
    const chosen = this.#select.value !== 'auto';
    const taken = speaks && !chosen ? floor.stereo_taken : 'both';
    const words =
      taken === 'both' ? '' : say(taken === 'left' ? 'stereoTakesLeft' : 'stereoTakesRight');
    setText(this.#taken, words);
  }

  async #save() {
    try {
      await sendJson('PATCH', this.#path, { stereo_input: this.#select.value });
    } catch (error) {
      this.#fail(error);
    }
  }
}
