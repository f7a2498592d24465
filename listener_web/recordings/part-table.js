/** The files of one part: channel, length, size, and what can be done with each. */
import { channelName } from '../desk/live/alarm-words.js';
import { say } from '../i18n/say.js';
import { dayAndTime } from '../i18n/written.js';
import { h, setText } from '../shared/dom.js';
import { lengthText, sizeText } from './recording-words.js';

/** @typedef {import('./recording-words.js').RecordedFile} RecordedFile */
/** @typedef {import('./recording-words.js').RecordedPart} RecordedPart */

export class PartTable {
  element = h('section', { class: 'card recorded-part' });
  #path;
  #event;
  #play;
  #title = h('h2');
  #body = h('tbody');
  /** @type {Map<string, {length: HTMLElement, size: HTMLElement}>} */
  #rows = new Map();

  /**
   * @param {string} path of the recordings in the API
   * @param {string} event its id
   * @param {(channel: string) => void} play
   */
  constructor(path, event, play) {
    this.#path = path;
    this.#event = event;
    this.#play = play;
    const names = /** @type {const} */ (['recordingsChannel', 'recordingsLength', 'recordingsSize']);
    const head = names.map((name) => h('th', { scope: 'col' }, say(name)));
    const table = h('table', {}, h('thead', {}, h('tr', {}, ...head, h('td'))), this.#body);
    this.element.append(this.#title, table);
  }

  /** @param {RecordedPart} part as it is now */
  show({ part, begun_at_ms, files }) {
    const time = dayAndTime(new Date(begun_at_ms));
    setText(this.#title, say('recordingsPart', { part, time }));
    for (const file of files) {
      const row = this.#rows.get(file.channel) ?? this.#add(part, file);
      setText(row.length, lengthText(file.length_ms));
      setText(row.size, sizeText(file.size_bytes));
    }
  }

  /**
   * @param {number} part
   * @param {RecordedFile} file
   */
  #add(part, { channel }) {
    const name = channelName(channel);
    const row = { length: h('td'), size: h('td') };
    const play = h('button', { type: 'button', class: 'button small' }, say('recordingsPlay'));
    play.setAttribute('aria-label', `${say('recordingsPlay')}: ${name}`);
    play.addEventListener('click', () => this.#play(channel));
    const get = h('a', { class: 'button small' }, say('recordingsDownload'));
    get.href = `${this.#path}/${part}/${encodeURIComponent(channel)}.ogg`;
    get.download = `${this.#event}-${part}-${channel}.ogg`;
    get.setAttribute('aria-label', `${say('recordingsDownload')}: ${name}`);
    const actions = h('td', {}, h('div', { class: 'row' }, play, get));
    this.#body.append(h('tr', {}, h('th', { scope: 'row' }, name), row.length, row.size, actions));
    this.#rows.set(channel, row);
    return row;
  }
}
