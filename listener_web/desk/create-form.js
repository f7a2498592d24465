/** The form for a new event. */
import { getJson, sendJson } from '../shared/api.js';
import { Advanced } from './advanced-options.js';
import { byId, h } from '../shared/dom.js';

/** @typedef {import('./api-types.js').Language} Language */

export class CreateForm {
  #form = byId('create', HTMLFormElement);
  #toggle = byId('new-event', HTMLButtonElement);
  #title = byId('event-title', HTMLInputElement);
  #filter = byId('language-filter', HTMLInputElement);
  #list = byId('language-list', HTMLElement);
  #chosenList = byId('chosen-languages', HTMLElement);
  /** @type {Language[]} */
  #languages = [];
  /** Chosen tags with the names to show. @type {Map<string, string>} */
  #chosen = new Map();
  #advanced = new Advanced();
  #on;

  /**
   * @param {object} on
   * @param {(event: import('./api-types.js').DeskEvent) => void} on.created
   * @param {(error: unknown) => void} on.failed
   */
  constructor(on) {
    this.#on = on;
    this.#toggle.hidden = false;
    this.#toggle.addEventListener('click', () => void this.#show(this.#form.hidden === true));
    byId('cancel-create', HTMLButtonElement).addEventListener(
      'click',
      () => void this.#show(false),
    );
    this.#filter.addEventListener('input', () => this.#showList());
    this.#filter.addEventListener('keydown', (press) => this.#addTyped(press));
    this.#form.addEventListener('submit', (submit) => {
      submit.preventDefault();
      void this.#create();
    });
  }

  /** @param {boolean} open */
  async #show(open) {
    this.#form.hidden = !open;
    this.#toggle.setAttribute('aria-expanded', String(open));
    if (!open) return;
    this.#title.focus();
    try {
      if (this.#languages.length === 0) this.#languages = await getJson('/api/languages');
    } catch (error) {
      this.#on.failed(error);
    }
    this.#showList();
  }

  #showList() {
    const wanted = this.#filter.value.trim().toLocaleLowerCase();
    const shown = this.#languages.filter(({ tag, name, english_name }) =>
      [tag, name, english_name].some((text) => text.toLocaleLowerCase().includes(wanted)),
    );
    this.#list.replaceChildren(...shown.map((language) => this.#option(language)));
    this.#list.hidden = shown.length === 0;
  }

  /** @param {Language} language */
  #option({ tag, name, english_name }) {
    const box = h('input', {
      type: 'checkbox',
      value: tag,
      checked: this.#chosen.has(tag),
      onchange: () => {
        if (box.checked) this.#chosen.set(tag, name);
        else this.#chosen.delete(tag);
        this.#showChosen();
      },
    });
    const native = h('span', { lang: tag, dir: 'auto' }, name);
    return h(
      'label',
      { class: 'check' },
      box,
      h('span', {}, native, ' ', h('small', {}, english_name)),
    );
  }

  #showChosen() {
    const items = [...this.#chosen].map(([tag, name]) => {
      const remove = () => {
        this.#chosen.delete(tag);
        this.#showChosen();
        this.#showList();
        this.#filter.focus();
      };
      const label = `Remove ${name}`;
      return h(
        'li',
        {},
        h('button', { type: 'button', 'aria-label': label, onclick: remove }, `${name} ×`),
      );
    });
    this.#chosenList.replaceChildren(...items);
    this.#advanced.show(this.#chosen);
    if (items.length > 0) this.#filter.setCustomValidity('');
  }

  /**
   * Enter adds the only match, or else the typed text as a tag; the server checks it.
   *
   * @param {KeyboardEvent} press
   */
  #addTyped(press) {
    if (press.key !== 'Enter' || press.isComposing) return;
    press.preventDefault();
    const typed = this.#filter.value.trim();
    if (typed === '') return;
    const boxes = this.#list.querySelectorAll('input');
    const [tag, name] =
      this.#list.hidden || boxes.length !== 1 ? [typed, typed] : this.#only(boxes[0]);
    this.#chosen.set(tag, name);
    this.#filter.value = '';
    this.#showChosen();
    this.#showList();
  }

  /**
   * @param {HTMLInputElement | undefined} box
   * @returns {[string, string]}
   */
  #only(box) {
    const language = this.#languages.find(({ tag }) => tag === box?.value);
    return language ? [language.tag, language.name] : ['', ''];
  }

  async #create() {
    if (this.#chosen.size === 0) {
      this.#filter.setCustomValidity('Choose at least one language.');
      this.#filter.reportValidity();
      return;
    }
    const submit = byId('create-submit', HTMLButtonElement);
    submit.disabled = true;
    try {
      const body = { title: this.#title.value.trim(), ...this.#advanced.values };
      this.#on.created(await sendJson('POST', '/api/events', body));
      this.#form.reset();
      this.#advanced.reset();
      this.#chosen.clear();
      this.#showChosen();
      await this.#show(false);
    } catch (error) {
      this.#on.failed(error);
    } finally {
      submit.disabled = false;
    }
  }
}
