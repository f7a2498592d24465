/** The organizer's announcements above the captions, each until it is dismissed or ends. */
import { h } from '../shared/dom.js';

/** @typedef {import('./shown-here.js').Announcement} Announcement */

/** Screen readers speak what comes into a live region that they know already. */
const REGION_KNOWN_MS = 200;

export class AnnouncementCards {
  /** A live region has to be there before its text. Urgent ones interrupt what a screen reader says. */
  #urgent = h('div', { class: 'announcement-list', 'aria-live': 'assertive' });
  #others = h('div', { class: 'announcement-list', 'aria-live': 'polite' });
  /** By id and version. @type {Map<string, HTMLElement>} */
  #cards = new Map();
  /** @type {Announcement[]} */
  #shown = [];
  #words;
  #dismissed;
  #focusAfter;
  /** @type {Promise<void>} */
  #ready = new Promise((resolve) => setTimeout(resolve, REGION_KNOWN_MS));

  /**
   * @param {HTMLElement} place for the cards
   * @param {{announcement: string, close: string}} words
   * @param {(announcement: Announcement) => void} dismissed
   * @param {() => HTMLElement | null} focusAfter what gets the focus when the last card is dismissed
   */
  constructor(place, words, dismissed, focusAfter) {
    this.#words = words;
    this.#dismissed = dismissed;
    this.#focusAfter = focusAfter;
    place.append(this.#urgent, this.#others);
  }

  /** @param {Announcement[]} announcements all that are to be seen, in their order */
  show(announcements) {
    this.#shown = announcements;
    void this.#ready.then(() => this.#arrange());
  }

  #arrange() {
    const wanted = new Map(this.#shown.map((one) => [nameOf(one), one]));
    for (const [name, card] of this.#cards) {
      if (wanted.has(name)) continue;
      this.#cards.delete(name);
      const hadFocus = card.contains(document.activeElement);
      card.remove();
      if (hadFocus) this.#focusNext();
    }
    const places = new Map([[this.#urgent, 0], [this.#others, 0]]);
    for (const [name, one] of wanted) {
      const list = one.urgent ? this.#urgent : this.#others;
      const position = places.get(list) ?? 0;
      places.set(list, position + 1);
      const card = this.#cards.get(name) ?? this.#card(one);
      this.#cards.set(name, card);
      if (list.children[position] !== card) list.insertBefore(card, list.children[position] ?? null);
    }
  }

  #focusNext() {
    const next = this.#urgent.querySelector('button') ?? this.#others.querySelector('button');
    (next ?? this.#focusAfter())?.focus();
  }

  /** @param {Announcement} one */
  #card(one) {
    const titleId = `announcement-${nameOf(one)}`;
    const dismiss = () => this.#dismissed(one);
    const text = h('p', { class: 'announcement-text', dir: 'auto' }, one.text);
    if (one.lang !== '') text.lang = one.lang;
    return h(
      'section',
      {
        class: 'announcement',
        role: 'group',
        'data-urgent': one.urgent,
        'aria-labelledby': titleId,
        onkeydown: (/** @type {KeyboardEvent} */ { key }) => {
          if (key === 'Escape') dismiss();
        },
      },
      h('h2', { class: 'announcement-title', id: titleId }, this.#words.announcement),
      text,
      h('button', { type: 'button', class: 'button', onclick: dismiss }, this.#words.close),
    );
  }
}

/** @param {Announcement} announcement */
function nameOf({ id, version }) {
  return `${id}-${version}`;
}
