/** The form of an event: a new one, or one that is changed. */
import { ApiError, getJson, sendJson } from '../shared/api.js';
import { Advanced } from './advanced-options.js';
import { interpreterFacts } from './interpreting/provider-help.js';
import { byId, h, setText } from '../shared/dom.js';
import { eventAddress } from '../shared/organizer.js';
import { expectedWords } from '../i18n/check-words.js';
import { say } from '../i18n/say.js';
import { languageName, listed } from '../i18n/written.js';
import { fieldName } from '../i18n/error-words.js';

/** @typedef {import('./api-types.js').DeskEvent} DeskEvent */
/** @typedef {import('./api-types.js').OfferedLanguage} OfferedLanguage */
/** @typedef {Record<string, unknown>} Values */

export class EventForm {
  #form = byId('create', HTMLFormElement);
  #toggle = byId('new-event', HTMLButtonElement);
  #title = byId('event-title', HTMLInputElement);
  #filter = byId('language-filter', HTMLInputElement);
  #list = byId('language-list', HTMLElement);
  #chosenList = byId('chosen-languages', HTMLElement);
  /** @type {OfferedLanguage[]} */
  #languages = [];
  /** Chosen tags with the names to show. @type {Map<string, string>} */
  #chosen = new Map();
  #advanced = new Advanced();
  #address = byId('event-id', HTMLInputElement);
  #draft = byId('event-draft', HTMLInputElement);
  #submit = byId('create-submit', HTMLButtonElement);
  #on;
  /** The event as it was when it was last read; null while a new one is made. @type {DeskEvent | null} */
  #event = null;
  /** Takes the focus when the form is closed. @type {HTMLElement} */
  #opener = this.#toggle;

  /**
   * @param {object} on
   * @param {(event: DeskEvent) => void} on.saved
   * @param {(error: unknown) => void} on.failed
   */
  constructor(on) {
    this.#on = on;
    this.#toggle.hidden = false;
    this.#toggle.addEventListener('click', () => {
      if (!this.#form.hidden && this.#event === null) this.#close();
      else void this.#open(null, this.#toggle);
    });
    byId('cancel-create', HTMLButtonElement).addEventListener('click', () => this.#close());
    this.#form.addEventListener('keydown', (press) => {
      if (press.key === 'Escape') this.#close();
    });
    this.#filter.addEventListener('input', () => this.#showList());
    this.#filter.addEventListener('keydown', (press) => this.#addTyped(press));
    this.#form.addEventListener('submit', (submit) => {
      submit.preventDefault();
      void this.#save();
    });
  }

  /**
   * Show an event to change it.
   *
   * @param {DeskEvent} event
   * @param {HTMLElement} opener
   */
  edit(event, opener) {
    void this.#open(event, opener);
  }

  /**
   * @param {DeskEvent | null} event null for a new one
   * @param {HTMLElement} opener
   */
  async #open(event, opener) {
    this.#event = event;
    this.#opener = opener;
    const isNew = event === null;
    setText(byId('create-title', HTMLElement), say(isNew ? 'deskNewEvent' : 'formEdit'));
    setText(this.#submit, say(isNew ? 'formCreate' : 'save'));
    this.#toggle.setAttribute('aria-expanded', String(isNew));
    byId('new-only', HTMLElement).hidden = !isNew;
    this.#address.value = '';
    this.#address.disabled = !isNew;
    this.#draft.checked = false;
    this.#title.value = event?.title ?? '';
    this.#filter.value = '';
    this.#chosen = new Map(event?.languages.map(({ tag, name }) => [tag, name]));
    this.#advanced.show(new Map());
    this.#showChosen();
    this.#advanced.fill(event);
    this.#form.hidden = false;
    this.#form.scrollIntoView({ block: 'start' });
    this.#title.focus();
    try {
      if (this.#languages.length === 0) {
        const asked = [getJson('/api/languages'), interpreterFacts()];
        const [languages, facts] = await Promise.all(asked);
        this.#languages = languages;
        this.#advanced.explain(facts);
      }
    } catch (error) {
      this.#on.failed(error);
    }
    this.#showList();
  }

  #close() {
    this.#form.hidden = true;
    this.#event = null;
    this.#toggle.setAttribute('aria-expanded', 'false');
    this.#opener.focus();
  }

  #showList() {
    const wanted = this.#filter.value.trim().toLocaleLowerCase();
    const shown = this.#languages.filter(({ tag, name, english_name }) =>
      [tag, name, english_name, languageName(tag, english_name)].some((text) =>
        text.toLocaleLowerCase().includes(wanted),
      ),
    );
    this.#list.replaceChildren(...shown.map((language) => this.#option(language)));
    this.#list.hidden = shown.length === 0;
  }

  /** @param {OfferedLanguage} language */
  #option({ tag, name, english_name, expected }) {
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
    const quality = expected === null ? '' : ` · ${expectedWords(expected)}`;
    return h(
      'label',
      { class: 'check' },
      box,
      h('span', {}, native, ' ', h('small', {}, `${languageName(tag, english_name)}${quality}`)),
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
      const label = say('formRemove', { language: name });
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

  async #save() {
    if (this.#chosen.size === 0) {
      this.#filter.setCustomValidity(say('formNoLanguage'));
      this.#filter.reportValidity();
      return;
    }
    this.#submit.disabled = true;
    const values = { title: this.#title.value.trim(), ...this.#advanced.values };
    try {
      const saved = this.#event === null ? await this.#create(values) : await this.#change(values);
      this.#on.saved(saved);
      this.#close();
    } catch (error) {
      this.#on.failed(error);
    } finally {
      this.#submit.disabled = false;
    }
  }

  /** @param {Values} values */
  #create(values) {
    const id = this.#address.value.trim();
    const state = this.#draft.checked ? 'draft' : 'open';
    return sendJson('POST', '/api/events', { ...values, state, ...(id === '' ? {} : { id }) });
  }

  /**
   * Send what was changed here. What somebody else has changed stays, unless it is the same field:
   * then the organizer decides.
   *
   * @param {Values} values
   */
  async #change(values) {
    const before = /** @type {DeskEvent} */ (this.#event);
    const patch = changed(values, before);
    const path = eventAddress(before.id);
    for (let version = before.version; ; ) {
      try {
        return await sendJson('PATCH', path, patch, { 'If-Match': `"${version}"` });
      } catch (error) {
        if (!(error instanceof ApiError && error.error === 'version_conflict')) throw error;
        /** @type {DeskEvent} */
        const newest = await getJson(path);
        const both = conflicts(patch, before, newest);
        if (both.length > 0) {
          this.#event = newest;
          throw new ApiError(
            412,
            'edited_elsewhere',
            say('formConflict', { fields: listed(both) }),
            say('formConflictNext'),
          );
        }
        version = newest.version;
      }
    }
  }
}

/**
 * What the form has and the event has not.
 *
 * @param {Values} values
 * @param {DeskEvent} event
 * @returns {Values}
 */
export function changed(values, event) {
  const now = shown(event);
  return Object.fromEntries(
    Object.entries(values).filter(([name, value]) => !alike(value, now[name])),
  );
}

/**
 * The fields, in words, that a patch changes and somebody else has changed too.
 *
 * @param {Values} patch
 * @param {DeskEvent} before
 * @param {DeskEvent} newest
 */
export function conflicts(patch, before, newest) {
  const [old, now] = [shown(before), shown(newest)];
  return Object.keys(patch)
    .filter((name) => !alike(old[name], now[name]) && !alike(patch[name], now[name]))
    .map(fieldName);
}

/**
 * An event's values in the form in which they are sent.
 *
 * @param {DeskEvent} event
 * @returns {Values}
 */
function shown(event) {
  const languages = event.languages.map((language) => {
    const { tag, interpreter, always, voice, standby, takeover_silence_s } = language;
    const { relay_from, providers } = language;
    return { tag, interpreter, always, voice, standby, takeover_silence_s, relay_from, providers };
  });
  return { ...event, languages };
}

/**
 * @param {unknown} one
 * @param {unknown} other
 */
function alike(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
