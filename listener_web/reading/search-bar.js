/** The field for a search, with the place that is shown and its neighbours. */
import { isUnspaced } from '../captions/caption-text.js';
import { format } from '../i18n/format.js';
import { h, setText } from '../shared/dom.js';
import { placesOf } from './fold.js';
import { highlight, unmark } from './highlight.js';
import { bringIn, search } from './search.js';

/** @typedef {import('../i18n/localise.js').Strings} Strings */
/** @typedef {import('./search.js').Results} Results */

/** A query is sent when nothing was typed for this long. */
const TYPED_MS = 350;

export class SearchBar {
  element;
  #parts;
  #strings;
  #field;
  #status = h('span', { class: 'search-status', role: 'status' });
  #time = h('time');
  #excerpt = h('p', { class: 'search-excerpt', hidden: true });
  #steps;
  /** @type {import('../i18n/languages.js').Channel | null} */
  #channel = null;
  /** @type {Results | null} */
  #results = null;
  #query = '';
  /** @type {HTMLElement[]} */
  #marks = [];
  #going = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #typing;

  /**
   * @param {object} parts
   * @param {import('../captions/caption-view.js').CaptionView} parts.view
   * @param {HTMLElement} parts.opener what opens the bar
   * @param {Strings} parts.strings
   * @param {(channel: string) => string} parts.address of the search on a channel
   * @param {(startMs: number) => string | null} parts.timeAt the time of day of a place in the event
   */
  constructor(parts) {
    const { strings } = parts;
    this.#parts = parts;
    this.#strings = strings;
    this.#field = h('input', {
      class: 'input',
      type: 'search',
      'aria-label': strings.searchText,
      placeholder: strings.searchText,
      maxLength: 100,
      enterKeyHint: 'search',
      autocomplete: 'off',
      oninput: () => this.#typed(TYPED_MS),
      onkeydown: (/** @type {KeyboardEvent} */ press) => this.#pressed(press),
    });
    this.#steps = [
      iconButton('↑', strings.previousMatch, () => void this.#move(-1)),
      iconButton('↓', strings.nextMatch, () => void this.#move(1)),
    ];
    const close = iconButton('×', strings.close, () => this.close());
    close.dataset.icon = 'close';
    this.element = h(
      'div',
      { class: 'search-bar', role: 'search', hidden: true },
      h('div', { class: 'search-row' }, this.#field, ...this.#steps, close),
      h('div', { class: 'search-place' }, this.#status, this.#time),
      this.#excerpt,
    );
    this.#enableSteps();
  }

  /**
   * Begin with another channel.
   *
   * @param {import('../i18n/languages.js').Channel} channel
   */
  begin(channel) {
    this.#channel = channel;
    this.#show(null, '');
    if (!this.element.hidden) this.#typed(0);
  }

  open() {
    this.element.hidden = false;
    this.#field.focus();
    this.#field.select();
    if (this.#field.value !== '') this.#typed(0);
  }

  close() {
    clearTimeout(this.#typing);
    this.#show(null, '');
    this.element.hidden = true;
    this.#parts.opener.focus();
  }

  /** @param {number} waitMs until the search begins */
  #typed(waitMs) {
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => void this.#search(), waitMs);
  }

  /** @param {KeyboardEvent} press */
  #pressed(press) {
    if (press.key === 'Escape') {
      press.preventDefault();
      this.close();
    }
    if (press.key !== 'Enter' || press.isComposing) return;
    press.preventDefault();
    if (this.#field.value.trim() !== this.#query || this.#results === null) this.#typed(0);
    else void this.#move(press.shiftKey ? 1 : -1);
  }

  async #search() {
    const query = this.#field.value.trim();
    this.#show(null, '');
    this.#query = query;
    if (query === '' || this.#channel === null) return;
    setText(this.#status, this.#strings.searching);
    try {
      const results = await search(this.#parts.address(this.#channel.id), query);
      if (query !== this.#query) return;
      this.#results = results;
      await this.#go();
    } catch {
      if (query === this.#query) this.#show(null, this.#strings.searchFailed);
    }
  }

  /** @param {1 | -1} step */
  async #move(step) {
    this.#results?.move(step);
    await this.#go();
  }

  /** Show the current place of the results. */
  async #go() {
    const results = this.#results;
    const match = results?.current;
    if (!results || !match) {
      this.#show(results, this.#strings.searchNothing);
      return;
    }
    const template = results.more ? this.#strings.searchMore : this.#strings.searchPosition;
    const values = { position: results.position, count: results.matches.length };
    this.#show(results, format(template, values));
    this.#showExcerpt(match);
    this.#going = new AbortController();
    const { signal } = this.#going;
    const { view } = this.#parts;
    const captions = await bringIn(view, match, signal);
    if (signal.aborted) return;
    this.#marks = highlight(captions, this.#query, this.#spaced);
    const first = this.#marks[0] ?? captions[0];
    this.#excerpt.hidden = first !== undefined;
    if (first) view.lookAt(first);
    else view.showNewest();
  }

  /**
   * Show a result, or none, in words.
   *
   * @param {Results | null} results
   * @param {string} words
   */
  #show(results, words) {
    this.#going.abort();
    unmark(this.#marks);
    this.#marks = [];
    this.#results = results;
    this.#excerpt.hidden = true;
    setText(this.#time, '');
    setText(this.#status, words);
    this.#enableSteps();
  }

  #enableSteps() {
    for (const step of this.#steps) step.disabled = (this.#results?.matches.length ?? 0) < 2;
  }

  /**
   * Show the time and, until the captions themselves are on the page, their text.
   *
   * @param {import('./search.js').Match} match
   */
  #showExcerpt(match) {
    const { id, dir } = this.#channel ?? { id: 'floor', dir: 'auto' };
    const text = isUnspaced(id) ? match.text.replaceAll('\n', '') : match.text;
    /** @type {(Node | string)[]} */
    const parts = [];
    let at = 0;
    for (const [from, to] of placesOf(text, this.#query, this.#spaced)) {
      parts.push(text.slice(at, from), h('mark', { class: 'found' }, text.slice(from, to)));
      at = to;
    }
    const words = h('span', { dir }, ...parts, text.slice(at));
    if (id !== 'floor') words.lang = id;
    setText(this.#time, this.#parts.timeAt(match.start_ms) ?? '');
    this.#excerpt.replaceChildren(words);
    this.#excerpt.hidden = false;
  }

  get #spaced() {
    return !isUnspaced(this.#channel?.id ?? 'floor');
  }
}

/**
 * @param {string} sign
 * @param {string} label
 * @param {() => void} onclick
 */
function iconButton(sign, label, onclick) {
  const button = h('button', { type: 'button', class: 'icon-button', onclick }, sign);
  button.setAttribute('aria-label', label);
  return button;
}
