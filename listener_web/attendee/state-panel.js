/** The panel in the middle of the page, which shows a `PageState`. */
import { byId, h } from '../shared/dom.js';

/** @typedef {import('./states.js').PageState} PageState */

const AT_END_PX = 48;

export class StatePanel {
  #element = byId('placeholder', HTMLElement);
  #downloadText;
  #programmeText;
  #shown = '';

  /** @param {import('../i18n/localise.js').Strings} strings */
  constructor(strings) {
    this.#downloadText = strings.downloadText;
    this.#programmeText = strings.programmeBack;
  }

  /** Whether there is something to read above the panel. */
  get #followsCaptions() {
    return byId('captions', HTMLElement).childElementCount > 0;
  }

  /**
   * Show a state. One that is shown already stays as it is, with what was typed into it.
   *
   * @param {PageState} state
   * @param {() => HTMLElement} [form] makes what belongs below the sentences
   */
  show(state, form) {
    const shown = JSON.stringify(state);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const { kind, title, notice, next, download, programme } = state;
    this.#element.dataset.state = kind;
    /** @type {HTMLElement[]} */
    const parts = [];
    if (title !== '') parts.push(h('h2', { dir: 'auto' }, title));
    if (notice !== undefined) parts.push(h('p', { dir: 'auto', class: 'said' }, notice));
    if (next !== '') parts.push(h('p', {}, next));
    if (download !== undefined) {
      const look = { class: 'button primary', href: download, download: '' };
      parts.push(h('a', look, this.#downloadText));
    }
    if (programme !== undefined) {
      const look = { class: download === undefined ? 'button primary' : 'button', href: programme };
      parts.push(h('a', look, this.#programmeText));
    }
    if (form !== undefined) parts.push(form());
    const scroller = this.#element.parentElement;
    const atEnd = scroller !== null && isAtEnd(scroller);
    this.#element.replaceChildren(...parts);
    if (!atEnd) return;
    // Chromium stops to look for the largest paint of a page when something scrolls smoothly.
    scroller.scrollTo({ top: this.#followsCaptions ? scroller.scrollHeight : 0, behavior: 'instant' });
  }
}

/** @param {HTMLElement} scroller */
function isAtEnd({ scrollHeight, scrollTop, clientHeight }) {
  return scrollHeight - scrollTop - clientHeight < AT_END_PX;
}
