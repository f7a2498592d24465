/** The glossary: a search, and the terms, of which those that were just said come first and are lit. */
import { h } from '../../shared/dom.js';
import { say } from '../../i18n/say.js';
import { SaidTerms, matching } from './glossary.js';

/** @typedef {import('./glossary.js').Term} Term */

export class GlossaryPane {
  #search = h('input', { type: 'search', class: 'input', id: 'glossary-search', autocomplete: 'off' });
  #list = h('ul', { class: 'terms', tabIndex: 0, 'aria-label': say('consoleGlossary') });
  #none = h('p', { class: 'soft' }, say('consoleNoTerms'));
  #said = new SaidTerms();
  #language;
  /** @type {Term[]} */
  #terms = [];
  #shown = '';

  /**
   * @param {HTMLElement} element is filled
   * @param {string} language of the channel
   */
  constructor(element, language) {
    this.#language = language;
    this.#search.placeholder = say('consoleSearch');
    this.#search.setAttribute('aria-label', say('consoleSearch'));
    this.#search.setAttribute('aria-keyshortcuts', 'G');
    this.#search.addEventListener('input', () => this.show());
    element.append(
      h('h2', {}, say('consoleGlossary'), ' ', h('kbd', { 'aria-hidden': 'true' }, 'G')),
      this.#search,
      this.#none,
      this.#list,
    );
  }

  /** Write what to search for. */
  focus() {
    this.#search.focus();
    this.#search.select();
  }

  /** @param {Term[]} terms */
  take(terms) {
    this.#terms = terms;
    this.show();
  }

  /** @param {string} text that was said just now */
  hear(text) {
    this.#said.note(this.#terms, text, Date.now());
    this.show();
  }

  /** Show the terms as they are now. */
  show() {
    const now = Date.now();
    const found = matching(this.#terms, this.#search.value);
    const lit = found.filter(({ term }) => this.#said.isLit(term, now));
    lit.sort((a, b) => this.#said.saidAtMs(b.term) - this.#said.saidAtMs(a.term));
    const sorted = [...lit, ...found.filter((term) => !lit.includes(term))];
    const shown = JSON.stringify([sorted, lit.length]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#none.hidden = sorted.length > 0;
    this.#list.hidden = sorted.length === 0;
    this.#list.replaceChildren(...sorted.map((term) => this.#row(term, lit.includes(term))));
  }

  /**
   * @param {Term} term
   * @param {boolean} lit
   */
  #row({ term, translation }, lit) {
    const row = h(
      'li',
      { 'data-lit': String(lit) },
      h('span', { class: 'term', dir: 'auto' }, term),
      h('strong', { class: 'translation', dir: 'auto', lang: this.#language }, translation || '–'),
    );
    if (lit) row.append(h('span', { class: 'visually-hidden' }, say('consoleJustSaid')));
    return row;
  }
}
