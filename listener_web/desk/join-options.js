/** The fields about the way of attendees into an event: passcode, start, notice, sentence about AI. */
import { sendJson } from '../shared/api.js';
import { h, setText } from '../shared/dom.js';

/** @typedef {import('./api-types.js').DeskEvent} DeskEvent */
/** @typedef {Pick<DeskEvent, 'passcode' | 'starts_at' | 'notice' | 'ai_notice'>} JoinValues */

const SAVED_MS = 1_500;

export class JoinFields {
  #passcode = h('input', {
    class: 'input',
    name: 'passcode',
    minLength: 6,
    maxLength: 63,
    pattern: '[!-~]*',
    title: 'Letters A to Z, digits and signs; no spaces',
    autocomplete: 'off',
    spellcheck: false,
    placeholder: 'None: everybody may listen',
  });
  #startsAt = h('input', { class: 'input', name: 'starts-at', type: 'datetime-local' });
  #notice = h('input', {
    class: 'input',
    name: 'notice',
    maxLength: 300,
    autocomplete: 'off',
    placeholder: 'Lunch until 13:30',
  });
  #ai = h(
    'select',
    { class: 'input', name: 'ai-notice', onchange: () => this.#showText() },
    h('option', { value: 'default' }, 'In the attendee’s language'),
    h('option', { value: 'own' }, 'My own sentence'),
    h('option', { value: 'off' }, 'Not shown'),
  );
  #aiText = h('input', {
    class: 'input',
    name: 'ai-notice-text',
    maxLength: 300,
    'aria-label': 'My own sentence about AI',
  });
  element = h(
    'div',
    { class: 'join-options' },
    h('label', { class: 'field' }, 'Passcode', this.#passcode),
    h('label', { class: 'field' }, 'Planned start, in your time', this.#startsAt),
    h('label', { class: 'field' }, 'Notice to attendees', this.#notice),
    h('label', { class: 'field' }, 'Sentence about AI, before the first sound', this.#ai),
    this.#aiText,
  );

  constructor() {
    this.#showText();
  }

  /** @param {JoinValues} values */
  fill({ passcode, starts_at, notice, ai_notice }) {
    this.#passcode.value = passcode ?? '';
    this.#startsAt.value = starts_at === null ? '' : localTime(new Date(starts_at));
    this.#notice.value = notice ?? '';
    this.#ai.value = ai_notice === null ? 'default' : ai_notice === '' ? 'off' : 'own';
    this.#aiText.value = ai_notice ?? '';
    this.#showText();
  }

  /** The entered values, in the form of the API. @returns {JoinValues} */
  get values() {
    const start = this.#startsAt.value;
    const own = this.#ai.value === 'own' ? this.#aiText.value.trim() : '';
    return {
      passcode: this.#passcode.value.trim() || null,
      starts_at: start === '' ? null : new Date(start).toISOString(),
      notice: this.#notice.value.trim() || null,
      ai_notice: this.#ai.value === 'default' ? null : own,
    };
  }

  #showText() {
    this.#aiText.hidden = this.#ai.value !== 'own';
    this.#aiText.required = !this.#aiText.hidden;
  }
}

/** The same fields for an event that exists. */
export class JoinOptions {
  #fields = new JoinFields();
  #save = h('button', { type: 'submit', class: 'button' }, 'Save');
  element;

  /**
   * @param {string} path of the event in the API
   * @param {DeskEvent} event
   * @param {(error: unknown) => void} fail shows what went wrong
   */
  constructor(path, event, fail) {
    this.#fields.fill(event);
    const form = h('form', {}, this.#fields.element, h('div', { class: 'row end' }, this.#save));
    form.addEventListener('submit', (submit) => {
      submit.preventDefault();
      void this.#send(path, fail);
    });
    this.element = h('details', { class: 'advanced' }, h('summary', {}, 'For attendees'), form);
  }

  /**
   * @param {string} path
   * @param {(error: unknown) => void} fail
   */
  async #send(path, fail) {
    this.#save.disabled = true;
    try {
      this.#fields.fill(await sendJson('PATCH', path, this.#fields.values));
      setText(this.#save, 'Saved');
      setTimeout(() => setText(this.#save, 'Save'), SAVED_MS);
    } catch (error) {
      fail(error);
    } finally {
      this.#save.disabled = false;
    }
  }
}

/**
 * A time as a field of type `datetime-local` has it: on this device's clock, without a time zone.
 *
 * @param {Date} time
 */
export function localTime(time) {
  const shifted = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}
