/** The limits beyond which an event's alarms are raised. */
import { sendJson } from '../../shared/api.js';
import { h, setText } from '../../shared/dom.js';
import { say } from '../../i18n/say.js';

/** @typedef {import('../api-types.js').DeskEvent} DeskEvent */

/** Names, words, and the values that the server takes. */
const LIMITS = /** @type {const} */ ([
  ['speaker_gone_s', 'limitSpeakerGone', 3, 600],
  ['silence_s', 'limitSilence', 5, 3600],
  ['clipping_s', 'limitClipping', 1, 60],
  ['lag_s', 'limitLag', 3, 120],
  ['booth_failed_s', 'limitBoothFailed', 1, 600],
  ['spend_percent', 'limitSpend', 10, 100],
]);

export class LimitsForm {
  element = h('details', { class: 'card limits' });
  #saved = h('span', { class: 'soft', role: 'status' });
  /** @type {Map<string, HTMLInputElement>} */
  #inputs = new Map();
  #path;
  #fail;

  /**
   * @param {DeskEvent} event
   * @param {(error: unknown) => void} fail
   */
  constructor(event, fail) {
    this.#path = `/api/events/${encodeURIComponent(event.id)}`;
    this.#fail = fail;
    const fields = LIMITS.map(([name, words, min, max]) => {
      const input = h('input', {
        class: 'input',
        type: 'number',
        name,
        min: String(min),
        max: String(max),
        step: 'any',
        required: true,
      });
      this.#inputs.set(name, input);
      return h('label', { class: 'field' }, say(words), input);
    });
    const save = h('button', { type: 'submit', class: 'button primary' }, say('save'));
    const form = h('form', { class: 'limit-list' }, ...fields, save, this.#saved);
    form.addEventListener('submit', (submit) => {
      submit.preventDefault();
      void this.#save();
    });
    this.element.append(h('summary', {}, say('liveLimits')), form);
    this.show(event);
  }

  /** @param {DeskEvent} event as it is now; what is being typed stays */
  show({ alarm_limits }) {
    for (const [name, input] of this.#inputs) {
      const value = alarm_limits?.[name];
      if (value !== undefined && document.activeElement !== input) input.value = String(value);
    }
  }

  async #save() {
    const limits = Object.fromEntries(
      [...this.#inputs].map(([name, input]) => [name, input.valueAsNumber]),
    );
    try {
      await sendJson('PATCH', this.#path, { alarm_limits: limits });
      setText(this.#saved, say('saved'));
    } catch (error) {
      this.#fail(error);
    }
  }
}
