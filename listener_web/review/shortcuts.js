/** The list of the page's keys. */
import { h } from '../shared/dom.js';
import { say } from '../i18n/say.js';

/** @type {readonly [string[], import('../i18n/say.js').OrganizerKey][]} */
const KEYS = [
  [['↑'], 'reviewKeyUp'],
  [['↑', '↓'], 'reviewKeyMove'],
  [['Enter'], 'reviewKeyEnter'],
  [['Esc'], 'reviewKeyEscape'],
  [['H'], 'reviewKeyHide'],
  [['Z'], 'reviewKeyUndo'],
  [['Y'], 'reviewKeyRedo'],
  [['?'], 'reviewKeyHelp'],
];

export class Shortcuts {
  #close = h('button', { type: 'button', class: 'button' }, say('reviewClose'));
  #dialog = h('dialog', { class: 'shortcuts card' });

  constructor() {
    const title = h('h2', { id: 'shortcuts-title' }, say('reviewShortcuts'));
    const list = h('dl', { class: 'keys' });
    for (const [keys, words] of KEYS) {
      const named = keys.flatMap((key, at) => (at === 0 ? [h('kbd', {}, key)] : [' ', h('kbd', {}, key)]));
      list.append(h('dt', {}, ...named), h('dd', {}, say(words)));
    }
    this.#dialog.setAttribute('aria-labelledby', 'shortcuts-title');
    this.#dialog.append(title, list, h('p', { class: 'soft' }, say('reviewKeysWhere')), this.#close);
    this.#close.addEventListener('click', () => this.#dialog.close());
    document.body.append(this.#dialog);
  }

  /** Show the list; the focus is where it was once it is closed. */
  show() {
    this.#dialog.showModal();
    this.#close.focus();
  }
}
