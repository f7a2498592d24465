/** Shows a programme: each room with what is on now and next, and what was earlier. */
import { format } from '../i18n/format.js';
import { byId, h, setText } from '../shared/dom.js';
import { timeSpan, zoneName } from './times.js';

/** @typedef {import('../i18n/localise.js').Strings} Strings */

/**
 * @typedef {object} Talk
 * @property {string} title
 * @property {string} room
 * @property {'open' | 'live' | 'paused' | 'closed'} state
 * @property {string | null} event id of its event; null while it is not open
 * @property {string | null} starts_at ISO 8601
 * @property {string | null} ends_at ISO 8601
 */

/**
 * @typedef {object} Programme
 * @property {string} id
 * @property {string} title
 * @property {string} time_zone an IANA name
 * @property {string} code
 * @property {{name: string, now: Talk[], next: Talk[]}[]} rooms
 * @property {Talk[]} earlier
 */

export class ProgrammeView {
  #strings;
  #locale;
  #query;
  #shown = '';

  /**
   * @param {Strings} strings
   * @param {string} locale a tag
   * @param {string} query of the page's address, which goes along to events
   */
  constructor(strings, locale, query) {
    this.#strings = strings;
    this.#locale = locale;
    this.#query = query;
  }

  /**
   * @param {Programme} programme
   * @param {Date} now
   */
  show(programme, now) {
    const { title, time_zone: zone, rooms, earlier } = programme;
    const day = new Intl.DateTimeFormat('en', { dateStyle: 'short' }).format(now);
    const shown = JSON.stringify([programme, day]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    document.title = title;
    setText(byId('title', HTMLElement), title);
    const zoneLine = byId('zone', HTMLElement);
    zoneLine.hidden = false;
    setText(
      zoneLine,
      format(this.#strings.programmeZone, { zone: zoneName(zone, now, this.#locale) }),
    );
    const focused = document.activeElement?.getAttribute('href');
    const draw = (/** @type {Talk} */ talk) => this.#talk(talk, zone, now);
    byId('rooms', HTMLElement).replaceChildren(...rooms.map((room) => this.#room(room, draw)));
    byId('earlier', HTMLElement).hidden = earlier.length === 0;
    byId('earlier-talks', HTMLElement).replaceChildren(...earlier.map(draw));
    const empty = byId('empty', HTMLElement);
    empty.hidden = rooms.length > 0;
    setText(empty, this.#strings[earlier.length > 0 ? 'programmeEnded' : 'programmeEmpty']);
    for (const link of document.querySelectorAll('a.talk')) {
      if (link.getAttribute('href') === focused) /** @type {HTMLElement} */ (link).focus();
    }
  }

  /**
   * @param {Programme['rooms'][number]} room
   * @param {(talk: Talk) => HTMLElement} draw
   */
  #room({ name, now, next }, draw) {
    const part = (/** @type {'now' | 'next'} */ kind, /** @type {Talk[]} */ talks) => {
      const heading = h('h3', {}, this.#strings[kind === 'now' ? 'programmeNow' : 'programmeNext']);
      const list = h('ul', { class: 'talks' }, ...talks.map(draw));
      return h('div', { class: kind }, heading, list);
    };
    const heading = name === '' ? this.#strings.programmeNoRoom : name;
    return h(
      'section',
      { class: 'room' },
      h('h2', { dir: 'auto' }, heading),
      ...(now.length > 0 ? [part('now', now)] : []),
      ...(next.length > 0 ? [part('next', next)] : []),
    );
  }

  /**
   * @param {Talk} talk
   * @param {string} zone
   * @param {Date} now
   */
  #talk(talk, zone, now) {
    const { title, state, event, starts_at: start, ends_at: end } = talk;
    const when = h('span', { class: 'when' });
    if (start !== null) {
      when.append(h('span', {}, timeSpan(start, end, now, this.#locale, zone)));
    }
    if (state === 'live' || state === 'paused') {
      const dot = h('span', { class: 'dot', 'aria-hidden': 'true' });
      when.append(h('span', { class: 'status', 'data-status': state }, dot, this.#strings[state]));
    }
    const parts = [h('span', { class: 'title', dir: 'auto' }, title), when];
    const card =
      event === null
        ? h('div', { class: 'talk' }, ...parts)
        : h('a', { class: 'talk', href: `/e/${encodeURIComponent(event)}${this.#query}` }, ...parts);
    return h('li', {}, card);
  }
}
