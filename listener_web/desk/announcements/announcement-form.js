/** The form that writes an announcement, or corrects one: one text, and perhaps one for each language. */
import { h, setText } from '../../shared/dom.js';
import { explained, inSentences } from '../../i18n/error-words.js';
import { say, wordsLanguage } from '../../i18n/say.js';
import { languageName, listed } from '../../i18n/written.js';

/** @typedef {import('../api-types.js').DeskEvent} DeskEvent */
/** @typedef {import('./announcement-item.js').DeskAnnouncement} DeskAnnouncement */
/** @typedef {{translations: Record<string, string>, missing: string[]}} Translated */

/**
 * @typedef {object} Written
 * @property {string} text
 * @property {Record<string, string>} translations
 * @property {string | null} language
 * @property {boolean} urgent
 * @property {boolean} speak
 * @property {number} minutes
 */

const LONGEST = 500;
const LIVES_MINUTES = [2, 5, 10, 30, 60, 240, 1440];
const USUAL_MINUTES = 10;

export class AnnouncementForm {
  element = h('form', { class: 'announcement-form' });
  #text = textArea('announce-text', true);
  #language = h('select', { class: 'input', id: 'announce-language' });
  #texts = h('div', { class: 'announcement-texts' });
  #each = h('details', { class: 'announcement-each' }, h('summary', {}, say('announceEach')));
  #urgent = h('input', { type: 'checkbox', id: 'announce-urgent' });
  #speak = h('input', { type: 'checkbox', id: 'announce-speak' });
  #minutes = h('select', { class: 'input', id: 'announce-minutes' });
  #send = h('button', { type: 'submit', class: 'button primary' });
  #cancel = h('button', { type: 'button', class: 'button', hidden: true }, say('announceCancel'));
  /** @type {Map<string, HTMLTextAreaElement>} */
  #byLanguage = new Map();
  /** The tag of what the speaker speaks; empty if that is not set. */
  #spoken = '';
  #translate = h('button', { type: 'button', class: 'button' }, say('announceTranslate'));
  #preview = h('p', { class: 'announcement-said', role: 'status' });
  #on;

  /**
   * @param {object} on
   * @param {(written: Written) => Promise<boolean>} on.send says whether it worked
   * @param {(text: string, language: string | null) => Promise<Translated>} on.translate
   * @param {() => void} on.cancel
   */
  constructor(on) {
    for (const minutes of LIVES_MINUTES) {
      this.#minutes.append(h('option', { value: String(minutes) }, lifeWords(minutes)));
    }
    this.#on = on;
    const row = h('div', { class: 'announcement-buttons' }, this.#translate);
    this.#translate.addEventListener('click', () => void this.#fillIn());
    this.#each.append(h('p', { class: 'soft' }, say('announceEachHint')), row, this.#preview, this.#texts);
    this.element.append(
      field(say('announceText'), this.#text),
      this.#each,
      h(
        'div',
        { class: 'announcement-options' },
        field(say('announceLanguage'), this.#language),
        field(say('announceMinutes'), this.#minutes),
        h('label', { class: 'check' }, this.#urgent, h('span', {}, say('announceUrgent'))),
      ),
      h('label', { class: 'check' }, this.#speak, h('span', {}, say('announceSpeak'))),
      h('div', { class: 'announcement-buttons' }, this.#send, this.#cancel),
    );
    this.#cancel.addEventListener('click', () => {
      this.clear();
      on.cancel();
    });
    this.element.addEventListener('submit', (submit) => {
      submit.preventDefault();
      this.#send.disabled = true;
      void on.send(this.#written()).then((worked) => {
        this.#send.disabled = false;
        if (worked) this.clear();
      });
    });
    this.clear();
  }

  /** @param {DeskEvent} event as it is now; what is being typed stays */
  offer({ languages, source_language: spoken }) {
    const tags = languages.map(({ tag }) => tag);
    for (const [tag, input] of this.#byLanguage) {
      if (tags.includes(tag)) continue;
      input.closest('.field')?.remove();
      this.#byLanguage.delete(tag);
    }
    for (const { tag, english_name: english } of languages) {
      if (this.#byLanguage.has(tag)) continue;
      const input = textArea(`announce-text-${tag}`, false);
      input.lang = tag;
      // What somebody has typed is not replaced by a translation.
      input.addEventListener('input', () => delete input.dataset.translated);
      this.#byLanguage.set(tag, input);
      this.#texts.append(field(languageName(tag, english), input));
    }
    const chosen = this.#language.value;
    this.#spoken = spoken ?? '';
    const written = [...new Set([...(spoken === null ? [] : [spoken]), ...tags])];
    this.#language.replaceChildren(
      h('option', { value: '' }, say('announceLanguageNone')),
      ...written.map((tag) => h('option', { value: tag }, languageName(tag))),
    );
    this.#language.value = written.includes(chosen) ? chosen : this.#spoken;
  }

  /** @param {DeskAnnouncement} announcement that is corrected */
  correct({ text, translations, language, urgent, speak }) {
    this.#text.value = text;
    for (const [tag, input] of this.#byLanguage) input.value = translations[tag] ?? '';
    this.#each.open = Object.keys(translations).length > 0;
    this.#language.value = language ?? '';
    this.#urgent.checked = urgent;
    this.#speak.checked = speak;
    this.#send.textContent = say('announceSave');
    this.#cancel.hidden = false;
    this.#text.focus();
  }

  clear() {
    this.element.reset();
    this.#language.value = this.#spoken;
    for (const input of this.#byLanguage.values()) delete input.dataset.translated;
    setText(this.#preview, '');
    this.#minutes.value = String(USUAL_MINUTES);
    this.#send.textContent = say('announceSend');
    this.#cancel.hidden = true;
  }

  /** Have the languages translated that nobody has typed a text for. */
  async #fillIn() {
    if (!this.#text.reportValidity()) return;
    this.#translate.disabled = true;
    this.#preview.dataset.tone = '';
    setText(this.#preview, say('announceTranslating'));
    try {
      const { translations, missing } = await this.#on.translate(this.#text.value, this.#language.value || null);
      for (const [tag, text] of Object.entries(translations)) {
        const input = this.#byLanguage.get(tag);
        if (input === undefined || (input.value !== '' && !input.dataset.translated)) continue;
        input.value = text;
        input.dataset.translated = 'true';
      }
      const left = missing.filter((tag) => !this.#byLanguage.get(tag)?.value);
      const languages = listed(left.map((tag) => languageName(tag)));
      this.#preview.dataset.tone = left.length > 0 ? 'bad' : 'good';
      setText(this.#preview, left.length > 0 ? say('announceNotTranslated', { languages }) : say('announceTranslated'));
    } catch (error) {
      this.#preview.dataset.tone = 'bad';
      setText(this.#preview, inSentences(explained(error)));
    }
    this.#translate.disabled = false;
  }

  /** @returns {Written} */
  #written() {
    const texts = [...this.#byLanguage].map(([tag, { value }]) => [tag, value.trim()]);
    return {
      text: this.#text.value,
      translations: Object.fromEntries(texts.filter(([, text]) => text !== '')),
      language: this.#language.value || null,
      urgent: this.#urgent.checked,
      speak: this.#speak.checked,
      minutes: Number(this.#minutes.value),
    };
  }
}

/**
 * @param {string} id
 * @param {boolean} required
 */
function textArea(id, required) {
  return h('textarea', { class: 'input', id, rows: 2, maxLength: LONGEST, dir: 'auto', required });
}

/**
 * @param {string} label
 * @param {HTMLElement} control
 */
function field(label, control) {
  return h('label', { class: 'field' }, label, control);
}

/** @param {number} minutes */
function lifeWords(minutes) {
  const [count, unit] = minutes % 60 === 0 ? [minutes / 60, 'hour'] : [minutes, 'minute'];
  return new Intl.NumberFormat(wordsLanguage(), { style: 'unit', unit, unitDisplay: 'long' }).format(count);
}
