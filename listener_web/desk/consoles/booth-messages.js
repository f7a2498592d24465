/** Messages between an event's human interpreters and the technician, by channel, with a field to answer. */
import { send } from '../../shared/api.js';
import { h, setText } from '../../shared/dom.js';
import { eventAddress } from '../../shared/organizer.js';
import { say, wordsLanguage } from '../../i18n/say.js';
import { languageName } from '../../i18n/written.js';

/**
 * @typedef {object} BoothMessage
 * @property {number} number
 * @property {string} sender empty for a technician
 * @property {string} name
 * @property {string} text
 * @property {number} at_ms
 */

const SHOWN = 5;
const LONGEST = 300;
const NEW_MS = 30_000;

export class BoothMessages {
  #event;
  #failed;
  #lists = h('div', { class: 'booth-lists' });
  #news = h('p', { class: 'visually-hidden', role: 'status' });
  element;
  /** @type {Map<string, {last: number, list: HTMLElement}>} */
  #channels = new Map();

  /**
   * @param {string} event its id
   * @param {(error: unknown) => void} failed
   */
  constructor(event, failed) {
    this.#event = event;
    this.#failed = failed;
    const title = h('h3', {}, say('liveBoothMessages'));
    this.element = h('section', { class: 'booth-messages', hidden: true }, title, this.#news, this.#lists);
  }

  /** @param {Readonly<Record<string, readonly BoothMessage[]>>} messages by channel */
  take(messages) {
    for (const [channel, all] of Object.entries(messages)) {
      const last = all.at(-1);
      if (last === undefined) continue;
      const shown = this.#channel(channel);
      if (last.number === shown.last) continue;
      if (shown.last > 0 && last.sender !== '') setText(this.#news, `${last.name}: ${last.text}`);
      shown.last = last.number;
      shown.list.replaceChildren(...all.slice(-SHOWN).map((message) => row(message)));
    }
    this.element.hidden = this.#channels.size === 0;
  }

  /** @param {string} channel */
  #channel(channel) {
    let shown = this.#channels.get(channel);
    if (shown === undefined) {
      const list = h('ol', { class: 'booth-list' });
      shown = { last: 0, list };
      this.#channels.set(channel, shown);
      const name = h('h4', {}, languageName(channel));
      this.#lists.append(h('div', { 'data-channel': channel }, name, list, this.#answer(channel)));
    }
    return shown;
  }

  /** @param {string} channel */
  #answer(channel) {
    const text = h('input', { class: 'input', maxLength: LONGEST, autocomplete: 'off', required: true });
    text.setAttribute('aria-label', say('liveBoothAnswer', { channel: languageName(channel) }));
    const submit = h('button', { type: 'submit', class: 'button small' }, say('consoleSend'));
    const form = h('form', { class: 'booth-answer', 'data-needs': 'control_event' }, text, submit);
    form.addEventListener('submit', (submitted) => {
      submitted.preventDefault();
      const address = `${eventAddress(this.#event)}/channels/${encodeURIComponent(channel)}/messages`;
      const body = JSON.stringify({ text: text.value.trim() });
      const headers = { 'Content-Type': 'application/json' };
      send(address, { method: 'POST', headers, body }).then(() => (text.value = ''), this.#failed);
    });
    return form;
  }
}

/** @param {BoothMessage} message */
function row({ sender, name, text, at_ms }) {
  const format = new Intl.DateTimeFormat(wordsLanguage(), { hour: '2-digit', minute: '2-digit' });
  const isNew = sender !== '' && Date.now() - at_ms < NEW_MS;
  return h(
    'li',
    { 'data-new': String(isNew), 'data-own': String(sender === '') },
    h('time', { class: 'soft' }, format.format(at_ms)),
    h('strong', { dir: 'auto' }, name),
    h('span', { dir: 'auto' }, text),
  );
}
