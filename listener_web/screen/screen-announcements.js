/** Announcements on a screen: each once, in the languages of the screen. */
import { h } from '../shared/dom.js';

/** @typedef {import('../announcements/shown-here.js').Announcement} Announcement */
/** @typedef {{id: string, version: number, urgent: boolean, texts: {text: string, lang: string}[]}} ScreenAnnouncement */

/** A screen is no list: the most urgent and newest ones are shown. */
export const MOST_SHOWN = 2;

/**
 * What a screen with several languages shows.
 *
 * @param {readonly (readonly Announcement[])[]} told by language, each in the server's order
 * @returns {ScreenAnnouncement[]}
 */
export function joined(told) {
  /** @type {Map<string, ScreenAnnouncement>} */
  const found = new Map();
  for (const one of told.flat()) {
    const known = found.get(one.id) ?? { id: one.id, version: one.version, urgent: one.urgent, texts: [] };
    if (!known.texts.some(({ text }) => text === one.text)) known.texts.push({ text: one.text, lang: one.lang });
    found.set(one.id, known);
  }
  const order = [...found.values()];
  return [...order.filter(({ urgent }) => urgent), ...order.filter(({ urgent }) => !urgent)].slice(0, MOST_SHOWN);
}

export class ScreenAnnouncements {
  #place;
  #word;
  #shown = '';

  /**
   * @param {HTMLElement} place
   * @param {() => string} word for an announcement
   */
  constructor(place, word) {
    this.#place = place;
    this.#word = word;
    place.setAttribute('aria-live', 'assertive');
  }

  /** @param {readonly (readonly Announcement[])[]} told by language */
  show(told) {
    const announcements = joined(told);
    const key = JSON.stringify([announcements, this.#word()]);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#place.replaceChildren(...announcements.map((one) => this.#card(one)));
  }

  /** @param {ScreenAnnouncement} one */
  #card({ urgent, texts }) {
    const lines = texts.map(({ text, lang }) => h('p', { dir: 'auto', ...(lang === '' ? {} : { lang }) }, text));
    return h('section', { class: 'screen-announcement', 'data-urgent': urgent }, h('h2', {}, this.#word()), ...lines);
  }
}
