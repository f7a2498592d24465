/** The field in which a caption is corrected: Enter saves, Escape gives up, ↑ and ↓ go to other lines. */
import { h } from '../shared/dom.js';
import { say } from '../i18n/say.js';

/** @typedef {import('./lines.js').Line} Line */

export const LONGEST_TEXT = 400;

/**
 * @typedef {object} EditorActs
 * @property {(line: Line, text: string) => void} save
 * @property {() => void} cancel
 * @property {(line: Line, step: -1 | 1) => void} move asked for while the text is as it was
 */

export class LineEditor {
  #acts;
  #field = h('textarea', { class: 'input editor-field', rows: 2, maxLength: LONGEST_TEXT, dir: 'auto' });
  #save = h('button', { type: 'button', class: 'button small primary' }, say('save'));
  #cancel = h('button', { type: 'button', class: 'button small' }, say('reviewCancel'));
  element = h('div', { class: 'editor' }, this.#field, h('div', { class: 'row' }, this.#save, this.#cancel));
  /** The line as it was when it was opened; null while the editor is closed. @type {Line | null} */
  line = null;

  /** @param {EditorActs} acts */
  constructor(acts) {
    this.#acts = acts;
    this.#field.setAttribute('enterkeyhint', 'done');
    this.#save.addEventListener('click', () => this.#finish());
    this.#cancel.addEventListener('click', () => acts.cancel());
    this.#field.addEventListener('keydown', (press) => this.#press(press));
    this.element.addEventListener('keydown', (press) => {
      if (press.key === 'Escape') acts.cancel();
    });
  }

  /**
   * @param {Line} line
   * @param {string} language of its text; empty if that is unknown
   */
  open(line, language) {
    this.line = line;
    this.#field.value = oneLine(line.text);
    this.#field.lang = language;
    this.#field.setAttribute('aria-label', say('reviewEditor', { text: line.text }));
    const end = this.#field.value.length;
    this.#field.focus();
    this.#field.setSelectionRange(end, end);
  }

  close() {
    this.line = null;
    this.element.remove();
  }

  get #unchanged() {
    return this.line !== null && this.#field.value === oneLine(this.line.text);
  }

  #finish() {
    const line = this.line;
    if (line === null) return;
    const text = this.#field.value.trim();
    if (this.#unchanged || text === '') this.#acts.cancel();
    else this.#acts.save(line, text);
  }

  /** @param {KeyboardEvent} press */
  #press(press) {
    // While a Japanese word is being composed, Enter chooses it.
    if (press.isComposing || press.altKey || press.ctrlKey || press.metaKey) return;
    if (press.key === 'Enter' && !press.shiftKey) {
      press.preventDefault();
      this.#finish();
    } else if ((press.key === 'ArrowUp' || press.key === 'ArrowDown') && this.#unchanged && this.line) {
      press.preventDefault();
      this.#acts.move(this.line, press.key === 'ArrowUp' ? -1 : 1);
    }
  }
}

/** @param {string} text with the line breaks of a caption */
export function oneLine(text) {
  return text.replace(/\s*\n\s*/g, ' ');
}
