/** Single keys for every function, and the list of them that `?` opens. */
import { h } from '../shared/dom.js';
import { device } from '../shared/storage.js';
import { say } from '../i18n/say.js';

const SETTING = 'booth-keys';
/** Fields in which keys write. */
const WRITING = 'input:not([type=range], [type=checkbox], [type=radio], [type=button]), textarea, select';

/**
 * @typedef {object} Shortcut
 * @property {string} key as the keyboard names it, small
 * @property {string} words what it does
 * @property {() => void} press
 * @property {() => void} [release] of a key that is held
 */

/**
 * The key of a press: the letter that it writes, or in a script other than Latin the one at its place.
 *
 * @param {{key: string, code: string}} press
 */
export function keyOf({ key, code }) {
  const small = key.toLowerCase();
  if (/^[ -~]$/.test(small)) return small;
  const letter = /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase();
  return letter !== undefined && key.length === 1 ? letter : small;
}

export class Shortcuts {
  /** @type {Shortcut[]} */
  #shortcuts;
  /** The keys that are held now. @type {Set<Shortcut>} */
  #held = new Set();
  #on = device.recall(SETTING) !== 'off';
  #dialog;

  /** @param {Shortcut[]} shortcuts */
  constructor(shortcuts) {
    this.#shortcuts = shortcuts;
    this.#dialog = this.#list();
    document.body.append(this.#dialog);
    addEventListener('keydown', (press) => this.#down(press));
    addEventListener('keyup', (press) => this.#up(press));
    addEventListener('blur', () => this.#releaseAll());
  }

  /** Show the list of keys. */
  explain() {
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  /** @param {KeyboardEvent} press */
  #down(press) {
    if (press.ctrlKey || press.metaKey || press.altKey || press.isComposing) return;
    const target = press.target instanceof Element ? press.target : null;
    if (press.key === 'Escape' && target instanceof HTMLElement && target.matches(WRITING)) {
      target.blur();
      return;
    }
    if (target?.matches(WRITING) || this.#dialog.open) return;
    const key = keyOf(press);
    if (key === '?') {
      press.preventDefault();
      this.explain();
      return;
    }
    const found = this.#on ? this.#shortcuts.find((one) => one.key === key) : undefined;
    if (found === undefined) return;
    press.preventDefault();
    if (press.repeat) return;
    if (found.release) this.#held.add(found);
    found.press();
  }

  /** @param {KeyboardEvent} press */
  #up(press) {
    const key = keyOf(press);
    for (const held of this.#held) {
      if (held.key !== key) continue;
      this.#held.delete(held);
      held.release?.();
    }
  }

  #releaseAll() {
    for (const held of this.#held) held.release?.();
    this.#held.clear();
  }

  #list() {
    const on = h('input', { type: 'checkbox', checked: this.#on });
    on.addEventListener('change', () => {
      this.#on = on.checked;
      device.remember(SETTING, on.checked ? 'on' : 'off');
    });
    const close = h('button', { type: 'button', class: 'button primary' }, say('consoleClose'));
    const rows = [...this.#shortcuts, { key: '?', words: say('consoleKeys') }].map(({ key, words }) =>
      h('div', {}, h('dt', {}, h('kbd', {}, key.toUpperCase())), h('dd', {}, words)),
    );
    const dialog = h(
      'dialog',
      { class: 'card keys', 'aria-labelledby': 'keys-title' },
      h('h2', { id: 'keys-title' }, say('consoleKeys')),
      h('p', { class: 'soft' }, say('consoleKeysHelp')),
      h('dl', {}, ...rows),
      h('label', { class: 'check' }, on, h('span', {}, say('consoleKeysOn'))),
      close,
    );
    close.addEventListener('click', () => dialog.close());
    return dialog;
  }
}
