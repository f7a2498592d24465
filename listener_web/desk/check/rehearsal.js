/** Rehearses an event: a hidden copy is broadcast, and the table says what reached a listener. */
import { ClipButton } from '../../shared/clip-button.js';
import { h } from '../../shared/dom.js';
import { eventAddress } from '../../shared/organizer.js';
import { lightWords, checkWords } from '../../i18n/check-words.js';
import { say } from '../../i18n/say.js';
import { decimal, languageName, whole } from '../../i18n/written.js';
import { decoded } from './base64.js';
import { LongRequest } from './long-request.js';
import { verdictRow } from './verdict-row.js';

/** @typedef {import('./trial.js').Trial} Trial */

/** The server answers within 140 s. */
const TIMEOUT_MS = 160_000;

export class Rehearsal {
  #result = h('div', { class: 'rehearsal-result', hidden: true });
  element;
  #id;
  #request;
  #fail;

  /**
   * @param {string} id of the event
   * @param {(error: unknown) => void} fail
   */
  constructor(id, fail) {
    this.#id = id;
    this.#fail = fail;
    const words = { name: 'rehearsal-start', start: say('rehearsalStart'), running: say('rehearsalRunning') };
    this.#request = new LongRequest(`${eventAddress(id)}/rehearsal`, TIMEOUT_MS, words, fail);
    this.#request.button.addEventListener('click', () => void this.#run());
    this.element = h(
      'section',
      { class: 'trial rehearsal', 'data-needs': 'control_event' },
      h('h4', {}, say('rehearsalTitle')),
      h('p', { class: 'soft' }, say('rehearsalWhat')),
      h('p', { class: 'soft' }, say('rehearsalNot')),
      h('div', { class: 'row' }, this.#request.button),
      this.#request.state,
      this.#result,
    );
  }

  /** @param {string} title of the event, for the button's name */
  name(title) {
    this.#request.nameAfter(title);
  }

  async #run() {
    const begin = () => {
      this.#result.hidden = true;
      return {};
    };
    await this.#request.run(begin, ({ channels }) => this.#show(channels));
  }

  /** @param {Trial[]} channels */
  #show(channels) {
    const [first] = channels;
    const failed = first !== undefined && first.result.values.language === undefined;
    this.#result.replaceChildren(
      failed ? h('ul', { class: 'check-list' }, verdictRow(first.result)) : this.#table(channels),
    );
    this.#result.hidden = false;
  }

  /** @param {Trial[]} channels */
  #table(channels) {
    const titles = ['rehearsalChannel', 'rehearsalLevel', 'channelLag', 'rehearsalText'];
    const head = h(
      'tr',
      {},
      ...titles.map((key) => h('th', { scope: 'col' }, say(/** @type {any} */ (key)))),
    );
    const rows = channels.map((one) => this.#row(one));
    return h(
      'table',
      { class: 'rehearsal-table' },
      h('caption', { class: 'visually-hidden' }, say('rehearsalTitle')),
      h('thead', {}, head),
      h('tbody', {}, ...rows),
    );
  }

  /** @param {Trial} trial */
  #row({ result, text, wav }) {
    const { language, level_dbfs: level, lag_ms: lag } = result.values;
    const tag = String(language);
    const name = tag === 'floor' ? say('channelFloor') : languageName(tag);
    const nameId = `rehearsed-${this.#id}-${tag}`;
    const [what, next] = checkWords(result);
    const parts = [];
    if (text !== '') {
      const spoken = tag === 'floor' ? {} : { lang: tag };
      parts.push(h('blockquote', { dir: 'auto', ...spoken }, text));
    }
    if (wav !== '') {
      const words = { play: say('rehearsalPlay'), stop: say('checkHearStop') };
      const clip = new ClipButton(words, async () => decoded(wav), this.#fail);
      clip.element.setAttribute('aria-describedby', nameId);
      parts.push(clip.element);
    }
    return h(
      'tr',
      { 'data-light': result.light, 'data-rehearsed': tag },
      h(
        'th',
        { scope: 'row' },
        h('span', { class: 'check-dot', 'aria-hidden': 'true' }),
        h('span', { id: nameId }, name),
        h('span', { class: 'check-verdict' }, lightWords(result.light)),
      ),
      h('td', { 'data-title': say('rehearsalLevel') }, measured(level, (dbfs) => say('liveLevel', { dbfs: whole(dbfs) }))),
      h('td', { 'data-title': say('channelLag') }, measured(lag, (ms) => say('seconds', { seconds: decimal(ms / 1000) }))),
      h('td', {}, h('p', {}, `${what} ${next}`.trim()), ...parts),
    );
  }
}

/**
 * @param {string | number | undefined} value
 * @param {(value: number) => string} words
 */
function measured(value, words) {
  return typeof value === 'number' && value > -100 ? words(value) : '–';
}
