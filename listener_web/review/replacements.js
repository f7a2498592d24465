/** The words that are replaced in the next captions: a list, and a form to add some. */
import { send, sendJson } from '../shared/api.js';
import { h } from '../shared/dom.js';
import { eventAddress } from '../shared/organizer.js';
import { say } from '../i18n/say.js';
import { languageName } from '../i18n/written.js';

/** @typedef {{id: string, find: string, replace: string, channel: string}} Replacement */

const LONGEST_WORDS = 80;

export class ReplacementList {
  #path;
  #failed;
  #channels;
  #maySet;
  #find = h('input', { class: 'input', name: 'find', maxLength: LONGEST_WORDS, required: true, dir: 'auto' });
  #replace = h('input', { class: 'input', name: 'replace', maxLength: LONGEST_WORDS, required: true, dir: 'auto' });
  #where = h('select', { class: 'input', name: 'where' });
  #undo = h('button', { type: 'button', class: 'button small', hidden: true }, say('reviewUndo'));
  #list = h('ul', { class: 'replacements' });
  #none = h('p', { class: 'soft' }, say('reviewNoReplacements'));
  /** What was removed last, so that it can be added again. @type {Replacement | null} */
  #removed = null;
  element;

  /**
   * @param {string} event id
   * @param {string[]} channels that this reviewer may review
   * @param {boolean} maySet whether these are all
   * @param {(error: unknown) => void} failed
   */
  constructor(event, channels, maySet, failed) {
    this.#path = `${eventAddress(event)}/replacements`;
    this.#failed = failed;
    this.#channels = channels;
    this.#maySet = maySet;
    for (const channel of maySet ? ['', ...channels] : channels) {
      this.#where.append(h('option', { value: channel }, channelName(channel)));
    }
    const submit = h('button', { type: 'submit', class: 'button' }, say('reviewAdd'));
    const form = h(
      'form',
      { class: 'replacement-form', autocomplete: 'off' },
      h('label', { class: 'field' }, say('reviewFind'), this.#find),
      h('label', { class: 'field' }, say('reviewReplaceBy'), this.#replace),
      h('label', { class: 'field' }, say('reviewWhere'), this.#where),
      submit,
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const [find, replace, channel] = [this.#find.value, this.#replace.value, this.#where.value];
      void this.#add({ find, replace, channel }).then((added) => {
        if (!added) return;
        this.#find.value = this.#replace.value = '';
        this.#find.focus();
      });
    });
    this.#undo.addEventListener('click', () => void this.#addAgain());
    const title = h('h2', { id: 'replace-title' }, say('reviewReplace'));
    const help = h('p', { class: 'soft' }, say('reviewReplaceHelp'));
    this.element = h('section', { class: 'replace card' }, title, help, form, this.#undo, this.#none, this.#list);
    this.element.setAttribute('aria-labelledby', 'replace-title');
  }

  /** @param {Replacement[]} replacements all of the event */
  show(replacements) {
    this.#none.hidden = replacements.length > 0;
    this.#list.hidden = replacements.length === 0;
    this.#list.replaceChildren(...replacements.map((one) => this.#row(one)));
  }

  /** @param {Replacement} one */
  #row(one) {
    const words = h(
      'span',
      { class: 'replacement-words' },
      h('span', { dir: 'auto' }, one.find),
      h('span', { 'aria-hidden': 'true', class: 'arrow' }, ' → '),
      h('strong', { dir: 'auto' }, one.replace),
      h('small', { class: 'soft' }, ` ${channelName(one.channel)}`),
    );
    const remove = h('button', { type: 'button', class: 'button small remove' }, say('reviewRemove'));
    remove.setAttribute('aria-label', say('reviewRemoveOf', { find: one.find }));
    remove.hidden = one.channel === '' ? !this.#maySet : !this.#channels.includes(one.channel);
    remove.addEventListener('click', () => void this.#remove(one));
    return h('li', { class: 'replacement' }, words, remove);
  }

  /** @param {Omit<Replacement, 'id'>} wanted */
  async #add({ find, replace, channel }) {
    try {
      await sendJson('POST', this.#path, { find, replace, channel });
    } catch (error) {
      this.#failed(error);
      return false;
    }
    return true;
  }

  /** @param {Replacement} one */
  async #remove(one) {
    try {
      await send(`${this.#path}/${encodeURIComponent(one.id)}`, { method: 'DELETE' });
    } catch (error) {
      this.#failed(error);
      return;
    }
    this.#removed = one;
    this.#undo.hidden = false;
    this.#undo.focus();
  }

  async #addAgain() {
    if (this.#removed === null || !(await this.#add(this.#removed))) return;
    this.#removed = null;
    this.#find.focus();
    this.#undo.hidden = true;
  }
}

/** @param {string} channel empty for all */
function channelName(channel) {
  if (channel === '') return say('reviewEverywhere');
  return channel === 'floor' ? say('channelFloor') : languageName(channel);
}
