/** The field of an event's form for the seconds by which its captions are held back. */
import { h } from '../../shared/dom.js';
import { say } from '../../i18n/say.js';

const CHOICES = [0, 3, 5, 10, 15, 20, 30];

export class HoldField {
  #choice = h('select', { class: 'input', id: 'hold-back' });
  element = h(
    'div',
    {},
    h('label', { class: 'field' }, say('reviewHold'), this.#choice),
    h('p', { class: 'soft', id: 'hold-back-help' }, say('reviewHoldHelp')),
  );

  constructor() {
    this.#choice.setAttribute('aria-describedby', 'hold-back-help');
    for (const seconds of CHOICES) this.#offer(seconds);
  }

  /** @param {number} seconds of the event, which a program may have set to any number */
  fill(seconds) {
    if (![...this.#choice.options].some(({ value }) => value === String(seconds))) this.#offer(seconds);
    this.#choice.value = String(seconds);
  }

  get seconds() {
    return Number(this.#choice.value);
  }

  /** @param {number} seconds */
  #offer(seconds) {
    const words = seconds === 0 ? say('reviewHoldOff') : say('reviewHoldSeconds', { seconds });
    this.#choice.append(h('option', { value: String(seconds) }, words));
  }
}
