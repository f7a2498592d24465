/** One caption on the reviewer's page: its time, its text and what became of it. */
import { h, setText } from '../shared/dom.js';
import { say } from '../i18n/say.js';

/** @typedef {import('./lines.js').Line} Line */

/**
 * @typedef {object} Acts
 * @property {(id: string) => void} edit
 * @property {(id: string) => void} hide hides it, or shows it again
 */

export class LineRow {
  #time = h('time', { class: 'line-time' });
  #text = h('p', { class: 'line-text', dir: 'auto' });
  #badge = h('span', { class: 'badge', hidden: true });
  #edit = h('button', { type: 'button', class: 'button small edit' }, say('reviewCorrect'));
  #hide = h('button', { type: 'button', class: 'button small hide' });
  element = h('div', { class: 'line' });
  /** Where the editor goes. */
  body = h('div', { class: 'line-body' }, this.#text, this.#badge);

  /**
   * @param {string} id of the caption
   * @param {string} language of its text, a tag; empty if that is unknown
   * @param {Acts} acts
   */
  constructor(id, language, acts) {
    this.element.dataset.line = id;
    if (language !== '') this.#text.lang = language;
    this.#edit.addEventListener('click', () => acts.edit(id));
    this.#hide.addEventListener('click', () => acts.hide(id));
    const buttons = h('div', { class: 'line-buttons' }, this.#edit, this.#hide);
    this.element.append(this.#time, this.body, buttons);
  }

  /**
   * @param {Line} line
   * @param {string} time of the day
   */
  show(line, time) {
    setText(this.#time, time);
    setText(this.#text, line.text);
    this.element.dataset.state = line.hidden ? 'hidden' : line.corrected ? 'corrected' : 'said';
    this.element.dataset.final = String(line.final);
    const badge = line.hidden ? 'reviewHidden' : line.corrected ? 'reviewCorrectedBadge' : null;
    this.#badge.hidden = badge === null;
    if (badge !== null) setText(this.#badge, say(badge));
    setText(this.#hide, say(line.hidden ? 'reviewShow' : 'reviewHide'));
    this.#edit.hidden = this.#hide.hidden = !line.final;
    this.#edit.setAttribute('aria-label', say('reviewCorrectOf', { text: line.text }));
    this.#hide.setAttribute(
      'aria-label',
      say(line.hidden ? 'reviewShowOf' : 'reviewHideOf', { text: line.text }),
    );
  }

  /** @param {boolean} edited whether the editor takes the place of the text */
  setEdited(edited) {
    this.#text.hidden = edited;
    this.element.dataset.edited = String(edited);
  }
}
