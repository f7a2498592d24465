/** Messages between partners and to the technician, with phrases that one press sends. */
import { h, setText } from '../shared/dom.js';
import { say } from '../i18n/say.js';
import { wordsLanguage } from '../i18n/say.js';

/**
 * @typedef {object} Message
 * @property {number} number
 * @property {string} sender empty for the technician
 * @property {string} name
 * @property {'partners' | 'technician'} to
 * @property {string} text
 * @property {number} at_ms
 */

/** Each phrase, to whom it goes, and the key that sends it. */
const PHRASES = /** @type {const} */ ([
  ['1', 'consolePhraseMicrophone', 'technician'],
  ['2', 'consolePhraseNoSound', 'technician'],
  ['3', 'consolePhraseSlower', 'technician'],
  ['4', 'consolePhraseSoon', 'partners'],
  ['5', 'consolePhraseReady', 'partners'],
]);
const LONGEST = 300;
const NEW_MS = 20_000;

export class MessagesPane {
  #send;
  #list = h('ol', { class: 'message-list', tabIndex: 0, 'aria-label': say('consoleMessages') });
  #news = h('p', { class: 'visually-hidden', role: 'status' });
  #text = h('input', { class: 'input', id: 'message', maxLength: LONGEST, autocomplete: 'off' });
  #to = h('select', { class: 'input', id: 'message-to' });
  #last = 0;

  /**
   * @param {HTMLElement} element is filled
   * @param {(to: 'partners' | 'technician', text: string) => void} send
   */
  constructor(element, send) {
    this.#send = send;
    this.#text.setAttribute('aria-label', say('consoleMessage'));
    this.#text.setAttribute('aria-keyshortcuts', 'W');
    this.#text.placeholder = say('consoleMessage');
    this.#to.setAttribute('aria-label', say('consoleTo'));
    this.#to.append(
      h('option', { value: 'partners' }, say('consoleToPartners')),
      h('option', { value: 'technician' }, say('consoleToTechnician')),
    );
    const submit = h('button', { type: 'submit', class: 'button' }, say('consoleSend'));
    const form = h('form', { class: 'message-form' }, this.#to, this.#text, submit);
    form.addEventListener('submit', (submitted) => {
      submitted.preventDefault();
      const text = this.#text.value.trim();
      if (text === '') return;
      send(/** @type {'partners' | 'technician'} */ (this.#to.value), text);
      this.#text.value = '';
    });
    const phrases = PHRASES.map(([key, words]) => {
      const button = h(
        'button',
        { type: 'button', class: 'button phrase', 'aria-keyshortcuts': key },
        h('span', {}, say(words)),
        h('kbd', { 'aria-hidden': 'true' }, key),
      );
      button.addEventListener('click', () => this.phrase(key));
      return button;
    });
    element.append(
      h('h2', {}, say('consoleMessages'), ' ', h('kbd', { 'aria-hidden': 'true' }, 'W')),
      this.#list,
      this.#news,
      h('div', { class: 'phrases' }, ...phrases),
      form,
    );
  }

  /** The phrases with their keys. */
  static phrases() {
    return PHRASES.map(([key, words]) => ({ key, words: say(words) }));
  }

  /** Write a message. */
  focus() {
    this.#text.focus();
  }

  /** @param {string} key of a phrase */
  phrase(key) {
    const found = PHRASES.find(([one]) => one === key);
    if (found !== undefined) this.#send(found[2], say(found[1]));
  }

  /**
   * @param {readonly Message[]} messages
   * @param {string} me
   * @param {number} nowMs
   */
  show(messages, me, nowMs) {
    const format = new Intl.DateTimeFormat(wordsLanguage(), { hour: '2-digit', minute: '2-digit' });
    const fresh = messages.filter(({ number }) => number > this.#last);
    if (fresh.length === 0) return;
    const told = this.#last > 0 ? fresh.filter(({ sender }) => sender !== me) : [];
    this.#last = messages.at(-1)?.number ?? 0;
    this.#list.append(
      ...fresh.map(({ sender, name, to, text, at_ms }) => {
        const from = sender === me ? say('consoleYou') : sender === '' ? technician(name) : name;
        const mark = sender !== me && nowMs - at_ms < NEW_MS;
        const toTechnician = to === 'technician' && sender !== '';
        return h(
          'li',
          { 'data-mine': String(sender === me), 'data-new': String(mark) },
          h(
            'p',
            { class: 'soft' },
            h('span', { dir: 'auto' }, from),
            toTechnician ? ` → ${say('consoleToTechnician')}` : '',
            ' ',
            h('time', {}, format.format(at_ms)),
          ),
          h('p', { dir: 'auto' }, text),
        );
      }),
    );
    while (this.#list.childElementCount > 30) this.#list.firstElementChild?.remove();
    this.#list.scrollTop = this.#list.scrollHeight;
    setText(this.#news, told.map(({ name, text }) => `${name}: ${text}`).join(' '));
  }
}

/** @param {string} name */
function technician(name) {
  return `${say('consoleToTechnician')} · ${name}`;
}
