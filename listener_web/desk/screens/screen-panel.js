/** The screens of an event on its live view: which are connected, and what they show. */
import { getJson, sendJson } from '../../shared/api.js';
import { h, setText } from '../../shared/dom.js';
import { eventAddress } from '../../shared/organizer.js';
import { explained, inSentences } from '../../i18n/error-words.js';
import { say, sayWith } from '../../i18n/say.js';
import { ScreenRow } from './screen-row.js';

/** @typedef {import('../api-types.js').DeskEvent} DeskEvent */
/** @typedef {import('./screen-row.js').ConnectedScreen} ConnectedScreen */
/** @typedef {import('../../screen/screen-settings.js').DeskSettings} DeskSettings */

export class ScreenPanel {
  element = h('section', { class: 'card screens-card', 'aria-labelledby': 'screens-title' });
  #path;
  #channels;
  #said = h('p', { class: 'announcement-said', role: 'status' });
  #list = h('ul', { class: 'screen-list' });
  #all;
  #mayChange = false;
  /** @type {Map<string, ScreenRow>} */
  #rows = new Map();
  /** @type {ConnectedScreen[]} */
  #told = [];

  /** @param {DeskEvent} event */
  constructor(event) {
    this.#path = `${eventAddress(event.id)}/screens`;
    this.#channels = channelsOf(event);
    const button = (/** @type {'screensBlankAll' | 'screensShowAll'} */ key, /** @type {boolean} */ blank) =>
      h('button', { type: 'button', class: 'button small', onclick: () => void this.#change('all', { blank }) }, say(key));
    this.#all = h(
      'div',
      { class: 'announcement-buttons', hidden: true },
      button('screensBlankAll', true),
      button('screensShowAll', false),
    );
    const hint = sayWith('screensHint', {
      screen: link(`/screen/${encodeURIComponent(event.id)}`),
      monitor: link(`/monitor/${encodeURIComponent(event.id)}`),
    });
    const title = h('h2', { id: 'screens-title' }, say('screensTitle'));
    this.element.append(title, h('p', { class: 'soft' }, ...hint), this.#all, this.#said, this.#list);
    void getJson('/api/session').then(({ may }) => {
      this.#mayChange = may.includes('control_event');
      for (const row of this.#rows.values()) row.element.remove();
      this.#rows.clear();
      this.#show();
    }, () => undefined);
  }

  /** @param {DeskEvent} event as it is now */
  update(event) {
    this.#channels = channelsOf(event);
    this.#show();
  }

  /** @param {ConnectedScreen[]} told all that are connected */
  take(told) {
    this.#told = told;
    this.#show();
  }

  #show() {
    const names = new Set(this.#told.map(nameOf));
    for (const [name, row] of this.#rows) {
      if (names.has(name)) continue;
      row.element.remove();
      this.#rows.delete(name);
    }
    this.#told.forEach((screen, place) => {
      const name = nameOf(screen);
      let row = this.#rows.get(name);
      if (row === undefined) {
        row = new ScreenRow(screen.kind === 'monitor', this.#mayChange, (change) => void this.#change(screen.id, change));
        this.#rows.set(name, row);
      }
      row.show(screen, this.#channels);
      const there = this.#list.children[place] ?? null;
      if (there !== row.element) this.#list.insertBefore(row.element, there);
    });
    this.#all.hidden = !this.#mayChange || !this.#told.some(({ kind }) => kind === 'screen');
  }

  /**
   * @param {string} screen its id, or `all`
   * @param {Partial<DeskSettings>} change
   */
  async #change(screen, change) {
    try {
      await sendJson('PATCH', `${this.#path}/${encodeURIComponent(screen)}`, change);
      setText(this.#said, '');
    } catch (error) {
      this.#said.dataset.tone = 'bad';
      setText(this.#said, inSentences(explained(error)));
    }
  }
}

/** @param {DeskEvent} event */
function channelsOf({ languages }) {
  return ['floor', ...languages.map(({ tag }) => tag)];
}

/** @param {ConnectedScreen} screen */
function nameOf({ id, kind }) {
  return `${kind} ${id}`;
}

/** @param {string} path */
function link(path) {
  return h('a', { href: path, target: '_blank', rel: 'noopener' }, path);
}
