/** The fields about attendees: passcode, notices, sentence about AI. */
import { termsOf } from './glossary.js';
import { h, setText } from '../shared/dom.js';
import { say } from '../i18n/say.js';

/** @typedef {import('./api-types.js').DeskEvent} DeskEvent */
/**
 * @typedef {Pick<DeskEvent, 'passcode' | 'notice' | 'notice_translations'
 *   | 'ai_notice' | 'ai_notice_translations'>} JoinValues
 */

const SAVED_MS = 1_500;

export class JoinFields {
  #passcode = h('input', {
    class: 'input',
    name: 'passcode',
    minLength: 6,
    maxLength: 63,
    pattern: '[!-~]*',
    title: say('joinPasscodeRule'),
    autocomplete: 'off',
    spellcheck: false,
    placeholder: say('joinPasscodeNone'),
  });
  #translations = h('textarea', {
    class: 'input',
    name: 'notice-translations',
    rows: 2,
    placeholder: 'es = Comida hasta las 13:30',
  });
  #notice = h('input', {
    class: 'input',
    name: 'notice',
    maxLength: 300,
    autocomplete: 'off',
    placeholder: say('joinNoticeExample'),
  });
  #ai = h(
    'select',
    { class: 'input', name: 'ai-notice', onchange: () => this.#showText() },
    h('option', { value: 'default' }, say('joinAiDefault')),
    h('option', { value: 'own' }, say('joinAiOwn')),
    h('option', { value: 'off' }, say('joinAiOff')),
  );
  #aiText = h('input', {
    class: 'input',
    name: 'ai-notice-text',
    maxLength: 300,
    'aria-label': say('joinAiText'),
  });
  #aiTranslations = h('textarea', {
    class: 'input',
    name: 'ai-notice-translations',
    rows: 2,
    placeholder: 'es = Interpreta una máquina.',
  });
  #aiOthers = h('label', { class: 'field' }, say('joinAiTranslations'), this.#aiTranslations);
  element = h(
    'div',
    { class: 'join-options' },
    h('label', { class: 'field' }, say('joinPasscode'), this.#passcode),
    h('label', { class: 'field' }, say('joinNotice'), this.#notice),
    h('label', { class: 'field' }, say('joinTranslations'), this.#translations),
    h('label', { class: 'field' }, say('joinAi'), this.#ai),
    this.#aiText,
    this.#aiOthers,
  );

  constructor() {
    this.#showText();
  }

  /** @param {JoinValues | null} values null for those of a new event */
  fill(values) {
    const ai = values?.ai_notice ?? null;
    this.#passcode.value = values?.passcode ?? '';
    this.#notice.value = values?.notice ?? '';
    this.#translations.value = translationLines(values?.notice_translations ?? {});
    this.#ai.value = ai === null ? 'default' : ai === '' ? 'off' : 'own';
    this.#aiText.value = ai ?? '';
    this.#aiTranslations.value = translationLines(values?.ai_notice_translations ?? {});
    this.#showText();
  }

  /** The entered values, in the form of the API. @returns {JoinValues} */
  get values() {
    const own = this.#ai.value === 'own' ? this.#aiText.value.trim() : '';
    return {
      passcode: this.#passcode.value.trim() || null,
      notice: this.#notice.value.trim() || null,
      notice_translations: translationsOf(this.#translations.value),
      ai_notice: this.#ai.value === 'default' ? null : own,
      ai_notice_translations: own === '' ? {} : translationsOf(this.#aiTranslations.value),
    };
  }

  #showText() {
    this.#aiText.hidden = this.#ai.value !== 'own';
    this.#aiText.required = !this.#aiText.hidden;
    this.#aiOthers.hidden = this.#aiText.hidden;
  }
}

/** The sentence that attendees read while the event is paused, in their languages. */
export class PauseNotice {
  #text = h('input', {
    class: 'input',
    name: 'pause-notice',
    maxLength: 300,
    required: true,
    autocomplete: 'off',
    placeholder: say('pauseExample'),
  });
  #others = h('textarea', { class: 'input', name: 'pause-translations', rows: 2 });
  #save = h('button', { type: 'submit', class: 'button small' }, say('pauseTell'));
  element = h('form', { class: 'pause-notice' });
  #version = -1;

  /**
   * @param {(notice: {text: string, translations: Record<string, string>}) => Promise<void>} send
   */
  constructor(send) {
    this.element.append(
      h('label', { class: 'field' }, say('pauseNotice'), this.#text),
      h('label', { class: 'field' }, say('pauseTranslations'), this.#others),
      h('div', { class: 'row end' }, this.#save),
    );
    this.element.addEventListener('submit', (submit) => {
      submit.preventDefault();
      this.#save.disabled = true;
      const translations = translationsOf(this.#others.value);
      void send({ text: this.#text.value.trim(), translations }).then(() => {
        this.#save.disabled = false;
        setText(this.#save, say('saved'));
        setTimeout(() => setText(this.#save, say('pauseTell')), SAVED_MS);
      });
    });
  }

  /** @param {DeskEvent} event */
  show({ state, version, pause_notice, languages }) {
    this.element.hidden = state !== 'paused';
    if (version === this.#version || this.element.contains(document.activeElement)) return;
    this.#version = version;
    this.#text.value = pause_notice?.text ?? '';
    this.#others.value = translationLines(pause_notice?.translations ?? {});
    this.#others.rows = Math.min(Math.max(languages.length, 2), 5);
    this.#others.placeholder = languages.map(({ tag }) => `${tag} = …`).join('\n');
  }
}

/**
 * Translations as lines, `es = Comida`.
 *
 * @param {Record<string, string>} translations
 */
export function translationLines(translations) {
  return Object.entries(translations)
    .map(([tag, text]) => `${tag} = ${text}`)
    .join('\n');
}

/**
 * The same backwards.
 *
 * @param {string} lines
 */
export function translationsOf(lines) {
  const pairs = termsOf(lines).filter(({ translation }) => translation !== '');
  return Object.fromEntries(pairs.map(({ term, translation }) => [term, translation]));
}
