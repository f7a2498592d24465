/** The dialog in which an organizer orders the summary of an event, and gets it. */
import { getJson, send, sendJson } from '../shared/api.js';
import { h, setText } from '../shared/dom.js';
import { eventAddress, showOver } from '../shared/organizer.js';
import { explained, inSentences } from '../i18n/error-words.js';
import { say } from '../i18n/say.js';
import { channelName } from './live/alarm-words.js';

/** @typedef {import('./api-types.js').DeskEvent} DeskEvent */

/**
 * @typedef {object} Summary
 * @property {boolean} available whether the server has a service that writes summaries
 * @property {'off' | 'waits' | 'asked' | 'made' | 'failed'} state
 * @property {string} [prompt]
 * @property {string} [channel]
 * @property {string | null} [made_at] ISO 8601
 * @property {string | null} [message] why it failed
 */

const LOOK_MS = 1_000;
const STATES = /** @type {const} */ ({
  waits: 'summaryWaits',
  asked: 'summaryAsked',
  made: 'summaryMade',
});

export class SummaryDialog {
  #path;
  #failed;
  #prompt = h('textarea', { class: 'input', name: 'prompt', rows: 5, maxLength: 4000, required: true, dir: 'auto' });
  #channel = h('select', { class: 'input', name: 'channel' });
  #state = h('p', { class: 'summary-state', role: 'status' });
  #problem = h('p', { class: 'notice', 'data-tone': 'bad', role: 'alert', hidden: true });
  #file = h('a', { class: 'button' }, say('summaryFile'));
  #order = h('button', { type: 'submit', class: 'button primary' }, say('summaryOrder'));
  #remove = h('button', { type: 'button', class: 'button danger' }, say('conferenceDelete'));
  #dialog;
  #look = 0;

  /**
   * @param {DeskEvent} event
   * @param {(error: unknown) => void} failed shows what went wrong before the dialog is there
   */
  constructor(event, failed) {
    this.#path = `${eventAddress(event.id)}/summary`;
    this.#failed = failed;
    this.#file.href = `${this.#path}.txt`;
    const channels = ['floor', ...event.languages.map(({ tag }) => tag)];
    this.#channel.append(...channels.map((value) => h('option', { value }, channelName(value))));
    const close = h('button', { type: 'button', class: 'button' }, say('accessClose'));
    close.addEventListener('click', () => this.#dialog.close());
    this.#remove.addEventListener('click', () => void this.#change(() => send(this.#path, { method: 'DELETE' })));
    const form = h(
      'form',
      {},
      h('label', { class: 'field' }, say('summaryPrompt'), this.#prompt),
      h('label', { class: 'field' }, say('outputChannel'), this.#channel),
      h('div', { class: 'row end' }, this.#remove, this.#file, close, this.#order),
    );
    form.addEventListener('submit', (submit) => {
      submit.preventDefault();
      const body = { prompt: this.#prompt.value, channel: this.#channel.value };
      void this.#change(() => sendJson('PUT', this.#path, body));
    });
    this.#dialog = h(
      'dialog',
      { class: 'card confirm summary', 'aria-labelledby': 'summary-title' },
      h('h2', { id: 'summary-title', dir: 'auto', tabIndex: -1 }, `${say('summary')}: ${event.title}`),
      h('p', { class: 'soft' }, say('summaryHow')),
      this.#problem,
      this.#state,
      form,
    );
    this.#dialog.addEventListener('close', () => clearTimeout(this.#look));
  }

  /**
   * Show it over the page, with the order as it is now.
   *
   * @param {HTMLElement | null} opener gets the focus back
   */
  async open(opener) {
    try {
      const summary = await this.#show();
      this.#prompt.value = summary.prompt ?? '';
      this.#channel.value = summary.channel ?? 'floor';
    } catch (error) {
      this.#failed(error);
      return;
    }
    showOver(this.#dialog, opener);
  }

  /** @returns {Promise<Summary>} */
  async #show() {
    /** @type {Summary} */
    const summary = await getJson(this.#path);
    const { available, state, made_at: madeAt, message } = summary;
    const key = state === 'off' || state === 'failed' ? null : STATES[state];
    setText(this.#state, available ? (key ? say(key) : '') : say('summaryUnavailable'));
    this.#problem.hidden = !message;
    setText(this.#problem, message ?? '');
    this.#file.hidden = !madeAt;
    this.#remove.hidden = state === 'off';
    this.#order.disabled = !available;
    this.#dialog.dataset.state = state;
    clearTimeout(this.#look);
    if (state === 'asked') this.#look = window.setTimeout(() => void this.#change(), LOOK_MS);
    return summary;
  }

  /** @param {() => Promise<unknown>} [work] */
  async #change(work) {
    try {
      await work?.();
      await this.#show();
    } catch (error) {
      setText(this.#problem, inSentences(explained(error)));
      this.#problem.hidden = false;
    }
  }
}
