/** The optional part of the form for a new event: the interpreters, the glossaries, the spend cap, downloads, the way in. */
import { JoinFields } from './join-options.js';
import { byId, h } from '../shared/dom.js';

/** @typedef {import('./api-types.js').Term} Term */

/** @type {[value: string, word: string][]} */
const INTERPRETERS = [
  ['auto', 'Automatic'],
  ['translate', 'Continuous'],
  ['converse', 'Phrase by phrase'],
];

/** One chosen language. */
class LanguageRow {
  #interpreter = h(
    'select',
    { class: 'input', name: 'interpreter' },
    ...INTERPRETERS.map(([value, word]) => h('option', { value }, word)),
  );
  #always = h('input', { type: 'checkbox', name: 'always' });
  #glossary = h('textarea', {
    class: 'input',
    name: 'glossary',
    rows: 2,
    placeholder: 'term = translation',
  });
  element;

  /**
   * @param {string} tag
   * @param {string} name
   */
  constructor(tag, name) {
    this.tag = tag;
    this.element = h(
      'fieldset',
      { class: 'language-option', 'data-tag': tag },
      h('legend', {}, name),
      h('label', { class: 'field' }, 'Interpreter', this.#interpreter),
      h('label', { class: 'check' }, this.#always, h('span', {}, 'Always on')),
      h('label', { class: 'field glossary' }, 'Glossary', this.#glossary),
    );
  }

  /** The language as the API takes it. */
  get choice() {
    return {
      tag: this.tag,
      interpreter: this.#interpreter.value,
      always: this.#always.checked,
    };
  }

  /** The terms of the glossary. A term without a translation has an empty one. */
  get lines() {
    return this.#glossary.value
      .split('\n')
      .map((line) => {
        const [term = '', ...translation] = line.split('=');
        return { term: term.trim(), translation: translation.join('=').trim() };
      })
      .filter(({ term }) => term !== '');
  }
}

export class Advanced {
  #part = byId('advanced', HTMLDetailsElement);
  #list = byId('language-options', HTMLElement);
  #cap = byId('spend-cap', HTMLInputElement);
  #downloads = byId('downloads', HTMLInputElement);
  /** @type {Map<string, LanguageRow>} */
  #rows = new Map();
  #join = new JoinFields();

  constructor() {
    this.#part.append(this.#join.element);
    this.#part.addEventListener('invalid', () => (this.#part.open = true), true);
  }

  /**
   * Show a row for each chosen language. A row that is shown already keeps what was entered.
   *
   * @param {ReadonlyMap<string, string>} chosen tags with names
   */
  show(chosen) {
    for (const tag of this.#rows.keys()) if (!chosen.has(tag)) this.#rows.delete(tag);
    for (const [tag, name] of chosen) {
      if (!this.#rows.has(tag)) this.#rows.set(tag, new LanguageRow(tag, name));
    }
    this.#list.replaceChildren(...[...this.#rows.values()].map((row) => row.element));
  }

  /** Forget all that was entered. */
  reset() {
    this.#part.open = false;
    this.#join.fill({ passcode: null, starts_at: null, notice: null, ai_notice: null });
    this.show(new Map());
  }

  /** The entered options, in the form of the API. */
  get values() {
    const rows = [...this.#rows.values()];
    /** @type {Map<string, Term>} */
    const terms = new Map();
    /** @type {Set<string>} */
    const kept = new Set();
    for (const row of rows) {
      for (const { term, translation } of row.lines) {
        if (translation === '') {
          kept.add(term);
          continue;
        }
        const known = terms.get(term) ?? { text: term, translations: {} };
        known.translations[row.tag] = translation;
        terms.set(term, known);
      }
    }
    return {
      languages: rows.map((row) => row.choice),
      glossary: [...terms.values()],
      do_not_translate: [...kept],
      spend_cap_usd: this.#cap.value === '' ? null : this.#cap.valueAsNumber,
      downloads: this.#downloads.checked,
      ...this.#join.values,
    };
  }
}
