/** The log of one event, newest first; older entries are asked for. */
import { getJson } from '../../shared/api.js';
import { h } from '../../shared/dom.js';
import { say, wordsLanguage } from '../../i18n/say.js';
import { logWords } from './log-words.js';

/** @typedef {import('./log-words.js').LogEntry} LogEntry */

const PAGE = 50;

export class LogPane {
  element = h('section', { class: 'card log-pane', 'aria-labelledby': 'log-title' });
  #path;
  #fail;
  #list = h('ol', { class: 'log', reversed: true, tabIndex: 0, 'aria-label': say('liveLog') });
  #more = h('button', { type: 'button', class: 'button', hidden: true }, say('liveLogOlder'));
  /** @type {number | null} */
  #before = null;
  /** The number of the newest entry that is shown; 0 before the first answer. */
  #newest = 0;

  /**
   * @param {string} event
   * @param {(error: unknown) => void} fail
   */
  constructor(event, fail) {
    this.#path = `/api/events/${encodeURIComponent(event)}/log`;
    this.#fail = fail;
    this.element.append(h('h2', { id: 'log-title' }, say('liveLog')), this.#list, this.#more);
    this.#more.addEventListener('click', () => void this.#older());
    void this.#load();
  }

  /** @param {LogEntry[]} entries the newest ones, newest first */
  told(entries) {
    const fresh = entries.filter(({ number }) => number > this.#newest);
    const oldest = fresh.at(-1);
    if (this.#newest > 0 && oldest !== undefined && oldest.number === this.#newest + 1) {
      this.#list.prepend(...fresh.map(item));
      this.#newest = fresh[0]?.number ?? this.#newest;
    } else if (fresh.length > 0) void this.#load();
  }

  /** Begin with the newest entries. */
  async #load() {
    try {
      const { entries, before } = await getJson(`${this.#path}?limit=${PAGE}`);
      this.#newest = entries[0]?.number ?? 0;
      this.#list.replaceChildren(...entries.map(item));
      this.#show(before);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #older() {
    try {
      const { entries, before } = await getJson(
        `${this.#path}?limit=${PAGE}&before=${this.#before ?? 1}`,
      );
      this.#list.append(...entries.map(item));
      this.#show(before);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @param {number | null} before */
  #show(before) {
    this.#before = before;
    this.#more.hidden = before === null;
  }
}

/** @param {LogEntry} entry */
function item(entry) {
  const time = new Intl.DateTimeFormat(wordsLanguage(), { dateStyle: 'short', timeStyle: 'medium' });
  const at = new Date(entry.at_ms);
  const when = h('time', { dateTime: at.toISOString() }, time.format(at));
  const actor = entry.actor === 'system' ? '' : entry.actor;
  const who = actor === '' ? [] : [h('span', { class: 'actor', dir: 'auto' }, actor)];
  const words = entry.times > 1 ? `${logWords(entry)} (× ${entry.times})` : logWords(entry);
  return h('li', { value: entry.number }, when, h('span', { dir: 'auto' }, words), ...who);
}
