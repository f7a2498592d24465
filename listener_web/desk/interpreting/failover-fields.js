/** The fields of an event about the services that interpret it, and about the one that comes next. */
import { say } from '../../i18n/say.js';
import { h } from '../../shared/dom.js';

/** @typedef {import('../api-types.js').Failover} Failover */

const PROVIDERS = '\\s*([a-z][a-z0-9_\\-]*\\s*(,\\s*[a-z][a-z0-9_\\-]*\\s*)*)?';
/** @type {Failover} */
const USUAL = { providers: [], standby: 'cold', behind_s: 12 };

/**
 * A field for ids of services, with commas.
 *
 * @param {string} placeholder
 */
export function providersInput(placeholder) {
  return h('input', {
    class: 'input',
    name: 'providers',
    autocomplete: 'off',
    spellcheck: false,
    pattern: PROVIDERS,
    placeholder,
  });
}

/**
 * The ids in such a field.
 *
 * @param {string} text
 */
export function providersOf(text) {
  return text.split(',').map((name) => name.trim()).filter(Boolean);
}

export class FailoverFields {
  #providers = providersInput(say('providersUsual'));
  #standby = h(
    'select',
    { class: 'input', name: 'engine-standby' },
    h('option', { value: 'cold' }, say('failoverCold')),
    h('option', { value: 'warm' }, say('failoverWarm')),
  );
  #behind = h('input', {
    class: 'input',
    name: 'behind_s',
    type: 'number',
    min: 5,
    max: 60,
    step: 'any',
    required: true,
    value: String(USUAL.behind_s),
  });
  element = h(
    'div',
    { class: 'interpreting-fields' },
    h('label', { class: 'field' }, say('providersInOrder'), this.#providers),
    h('label', { class: 'field' }, say('failoverStandby'), this.#standby),
    h('label', { class: 'field' }, say('failoverBehind'), this.#behind),
  );

  /** @param {Failover | undefined} failover of the event; undefined for a new one */
  fill({ providers, standby, behind_s } = USUAL) {
    this.#providers.value = providers.join(', ');
    this.#standby.value = standby;
    this.#behind.value = String(behind_s);
  }

  /** @returns {Failover} */
  get values() {
    return {
      providers: providersOf(this.#providers.value),
      standby: this.#standby.value === 'warm' ? 'warm' : 'cold',
      behind_s: this.#behind.valueAsNumber,
    };
  }
}
