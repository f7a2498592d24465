/** The field of an event's form for the delay with which listeners hear the floor. */
import { h } from '../shared/dom.js';
import { say } from '../i18n/say.js';

const LONGEST_MS = 10_000;

export class FloorDelayField {
  #ms = h('input', {
    class: 'input',
    id: 'floor-delay',
    type: 'number',
    min: 0,
    max: LONGEST_MS,
    step: 1,
    required: true,
    'aria-describedby': 'floor-delay-help',
  });
  element = h(
    'div',
    {},
    h('label', { class: 'field' }, say('floorDelay'), this.#ms),
    h('p', { class: 'soft', id: 'floor-delay-help' }, say('floorDelayHelp')),
  );

  /** @param {number} ms of the event */
  fill(ms) {
    this.#ms.value = String(ms);
  }

  get ms() {
    return this.#ms.valueAsNumber;
  }
}
