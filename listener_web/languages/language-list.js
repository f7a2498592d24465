/** The list of languages in the sheet, and its search. */
import { h, setText } from '../shared/dom.js';
import { channelName } from './channel-bar.js';
import { inListOrder, isFound, named } from './language-names.js';

/** @typedef {import('../i18n/localise.js').Strings} Strings */
/** @typedef {import('./choice.js').Channel} Channel */
/** @typedef {import('./language-names.js').NamedChannel} NamedChannel */

/** Without more languages than this there is nothing to search. */
const MOST_WITHOUT_SEARCH = 5;

/** Fires `choose` when a language, or none, has been chosen. */
export class LanguageList extends EventTarget {
  /** What was chosen last. @type {Channel | null} */
  chosen = null;
  /** What the speaker speaks, a tag, if it is known. @type {string | undefined} */
  spoken;
  #channels;
  #phone;
  #strings;
  /** Channels on which a human interpreter is heard, once that is known. @type {Set<string> | null} */
  #humans = null;
  #withNone = false;
  /** @type {Channel | null} */
  #without = null;
  #rows = h('ul', { class: 'languages', role: 'list' });
  #nothing = h('p', { class: 'soft', role: 'status' });
  #search;

  /**
   * @param {readonly Channel[]} channels
   * @param {readonly string[]} phone the phone's languages, most wanted first
   * @param {Strings} strings
   */
  constructor(channels, phone, strings) {
    super();
    this.#channels = inListOrder(channels, phone);
    this.#phone = phone[0] ?? 'en';
    this.#strings = strings;
    this.#search = h('input', {
      id: 'language-search',
      class: 'input',
      type: 'search',
      placeholder: strings.searchLanguages,
      'aria-label': strings.searchLanguages,
      autocomplete: 'off',
      hidden: channels.length <= MOST_WITHOUT_SEARCH + 1,
      oninput: () => this.#showRows(),
    });
    this.#search.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.#buttons[0]?.click();
      else if (event.key === 'ArrowDown') this.#buttons[0]?.focus();
      else return;
      event.preventDefault();
    });
    this.#rows.addEventListener('keydown', (event) => this.#moveFocus(event));
    // Firefox is content with a row of which a part is in sight, and sometimes scrolls after the event.
    this.#rows.addEventListener('focusin', ({ target }) => {
      if (!(target instanceof HTMLElement)) return;
      target.scrollIntoView({ block: 'nearest' });
      requestAnimationFrame(() => target.scrollIntoView({ block: 'nearest' }));
    });
  }

  /** What belongs into the sheet. */
  get elements() {
    return [this.#search, this.#rows, this.#nothing];
  }

  clearSearch() {
    this.#search.value = '';
  }

  /**
   * Show the list.
   *
   * @param {Channel | null} chosen
   * @param {object} options
   * @param {boolean} options.withNone whether no language can be chosen, too
   * @param {Channel | null} options.without a channel that is left out
   */
  show(chosen, { withNone, without }) {
    this.chosen = chosen;
    this.#withNone = withNone;
    this.#without = without;
    this.#showRows();
  }

  /** @param {readonly string[]} humans channels on which a human interpreter is heard now */
  hearHumans(humans) {
    const same = this.#humans?.size === humans.length && humans.every((id) => this.#humans?.has(id));
    if (same) return;
    this.#humans = new Set(humans);
    this.#showRows();
  }

  /** Move the focus to what is chosen. */
  focusChosen() {
    const chosen = this.#buttons.find((button) => button.getAttribute('aria-pressed') === 'true');
    (chosen ?? this.#buttons[0])?.focus();
  }

  /** @param {Channel} channel */
  nameOf(channel) {
    return channelName(channel, this.#strings);
  }

  get #buttons() {
    return [...this.#rows.querySelectorAll('button')];
  }

  #showRows() {
    const focused = this.#buttons.findIndex((button) => button === document.activeElement);
    const { original } = this.#strings;
    const words = { original, spoken: this.spoken, phone: this.#phone };
    const found = this.#channels
      .filter((channel) => channel !== this.#without)
      .map((channel) => named(channel, words))
      .filter((channel) => isFound(channel, this.#search.value));
    const none = this.#withNone && this.#search.value === '' ? [this.#noneRow()] : [];
    this.#rows.replaceChildren(...none, ...found.map((one) => this.#namedRow(one)));
    setText(this.#nothing, found.length === 0 ? this.#strings.noLanguageFound : '');
    if (focused !== -1) this.#buttons[focused]?.focus();
  }

  #noneRow() {
    return this.#row(null, h('span', { class: 'names' }, this.#strings.none));
  }

  /** @param {NamedChannel} channel */
  #namedRow({ channel, note }) {
    const small = note === '' ? [] : [' ', h('small', { lang: this.#phone }, note)];
    const names = h('span', { class: 'names' }, this.nameOf(channel), ...small);
    return this.#row(channel, names, ...this.#badge(channel));
  }

  /** @param {Channel} channel */
  #badge({ id, interpreter }) {
    if (interpreter === undefined) return [];
    const isHuman = this.#humans === null ? interpreter !== 'ai' : this.#humans.has(id);
    if (isHuman) return [];
    const short = h('span', { 'aria-hidden': 'true' }, this.#strings.aiBadge);
    const long = h('span', { class: 'visually-hidden' }, this.#strings.interpretedByAi);
    return [h('span', { class: 'badge' }, short, long)];
  }

  /**
   * @param {Channel | null} channel
   * @param {...(Node | string)} content
   */
  #row(channel, ...content) {
    const button = h('button', {
      type: 'button',
      'data-channel': channel?.id ?? '',
      'aria-pressed': channel === this.chosen,
      onclick: () => {
        this.chosen = channel;
        this.dispatchEvent(new Event('choose'));
      },
    });
    button.append(...content);
    return h('li', {}, button);
  }

  /** @param {KeyboardEvent} event */
  #moveFocus(event) {
    const buttons = this.#buttons;
    const at = buttons.findIndex((button) => button === document.activeElement);
    const last = buttons.length - 1;
    /** @type {Record<string, number>} */
    const moves = { ArrowDown: Math.min(at + 1, last), ArrowUp: Math.max(at - 1, 0), Home: 0, End: last };
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    buttons[to]?.focus();
  }
}
