/** The fields about a language's source, and about human interpreters of it. */
import { say } from '../../i18n/say.js';
import { h } from '../../shared/dom.js';
import { providersInput, providersOf } from './failover-fields.js';

/** @typedef {import('../api-types.js').EventLanguage} EventLanguage */
/** @typedef {Pick<EventLanguage, 'standby' | 'takeover_silence_s' | 'relay_from' | 'providers'>} Interpreting */

const FLOOR = '';
const USUAL_SILENCE_S = '8';

export class InterpretingFields {
  #relay = h('select', { class: 'input', name: 'relay_from' });
  #standby = h(
    'select',
    { class: 'input', name: 'standby' },
    h('option', { value: 'warm' }, say('standbyWarm')),
    h('option', { value: 'cold' }, say('standbyCold')),
  );
  #silence = h('input', {
    class: 'input',
    name: 'takeover_silence_s',
    type: 'number',
    min: 3,
    max: 120,
    step: 'any',
    required: true,
    value: USUAL_SILENCE_S,
  });
  #providers = providersInput(say('providersOfEvent'));
  element = h(
    'details',
    { class: 'interpreting' },
    h('summary', {}, say('relayOptions')),
    h(
      'div',
      { class: 'interpreting-fields' },
      h('label', { class: 'field' }, say('relayFrom'), this.#relay),
      h('label', { class: 'field' }, say('standbyOf'), this.#standby),
      h('label', { class: 'field' }, say('takeoverSilence'), this.#silence),
      h('label', { class: 'field' }, say('providersInOrder'), this.#providers),
    ),
  );

  /**
   * Offer the other languages of the event as relays. A chosen one that is gone becomes the floor.
   *
   * @param {Iterable<[string, string]>} others tags with names
   */
  offer(others) {
    const chosen = this.#relay.value;
    this.#relay.replaceChildren(
      h('option', { value: FLOOR }, say('relayFloor')),
      ...[...others].map(([tag, name]) => h('option', { value: tag }, name)),
    );
    this.#choose(chosen);
  }

  /** @param {Interpreting} values */
  fill({ standby, takeover_silence_s, relay_from, providers }) {
    this.#providers.value = providers.join(', ');
    this.#standby.value = standby;
    this.#silence.value = String(takeover_silence_s);
    this.#choose(relay_from ?? FLOOR);
    this.element.open = relay_from !== null || providers.length > 0;
  }

  /** @returns {Interpreting} */
  get values() {
    return {
      standby: this.#standby.value === 'cold' ? 'cold' : 'warm',
      takeover_silence_s: this.#silence.valueAsNumber,
      relay_from: this.#relay.value || null,
      providers: providersOf(this.#providers.value),
    };
  }

  /** @param {string} tag */
  #choose(tag) {
    const offered = [...this.#relay.options].some(({ value }) => value === tag);
    this.#relay.value = offered ? tag : FLOOR;
  }
}
