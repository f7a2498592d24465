/**
 * Lets the organizer hear and read one language of what the speaker says, before anybody else does. The
 * services that would take over are heard and read below the first one.
 */
import { ClipButton } from '../../shared/clip-button.js';
import { h } from '../../shared/dom.js';
import { eventAddress } from '../../shared/organizer.js';
import { say } from '../../i18n/say.js';
import { decimal, languageName, money, whole } from '../../i18n/written.js';
import { decoded } from './base64.js';
import { LongRequest } from './long-request.js';
import { verdictRow } from './verdict-row.js';

/** @typedef {import('../api-types.js').DeskEvent} DeskEvent */
/** @typedef {import('../../shared/sound-check.js').Verdict} Verdict */
/** @typedef {{result: Verdict, text: string, wav: string}} Answer the sound as base64 */
/** @typedef {Answer & {others?: Answer[]}} Trial */

/** The server answers within 45 s. */
const TIMEOUT_MS = 55_000;

export class InterpretationTrial {
  #languages = h('select', { class: 'input', name: 'trial-language' });
  #result = h('div', { class: 'trial-result', hidden: true });
  /** @type {ClipButton[]} */
  #clips = [];
  element;
  #request;
  #fail;
  #shown = '';

  /**
   * @param {string} id of the event
   * @param {(error: unknown) => void} fail
   */
  constructor(id, fail) {
    this.#fail = fail;
    const words = { name: 'trial-start', start: say('trialStart'), running: say('trialRunning') };
    this.#request = new LongRequest(`${eventAddress(id)}/trial`, TIMEOUT_MS, words, fail);
    this.#request.button.addEventListener('click', () => void this.#run());
    const label = h('label', { class: 'trial-label' }, say('trialLanguage'), this.#languages);
    this.element = h(
      'section',
      { class: 'trial', 'data-needs': 'control_event' },
      h('h4', {}, say('trialTitle')),
      h('p', { class: 'soft' }, say('trialWhat')),
      h('div', { class: 'row' }, label, this.#request.button),
      this.#request.state,
      this.#result,
    );
  }

  /** @param {DeskEvent} event as it is now */
  show({ languages, title }) {
    this.#request.nameAfter(title);
    const tags = languages.map(({ tag }) => tag).join(' ');
    if (tags === this.#shown) return;
    this.#shown = tags;
    const chosen = this.#languages.value;
    this.#languages.replaceChildren(
      ...languages.map(({ tag, english_name }) =>
        h('option', { value: tag }, languageName(tag, english_name)),
      ),
    );
    if (tags.split(' ').includes(chosen)) this.#languages.value = chosen;
    this.element.hidden = languages.length === 0;
  }

  async #run() {
    const begin = () => {
      for (const clip of this.#clips) clip.stop();
      this.#result.hidden = true;
      return { channel: this.#languages.value };
    };
    await this.#request.run(begin, (trial) => this.#show(trial));
  }

  /** @param {Trial} trial */
  async #show({ others = [], ...first }) {
    this.#clips = [];
    const parts = [first, ...others].map((answer) => this.#part(answer));
    this.#result.replaceChildren(...parts);
    this.#result.hidden = false;
    if (first.wav !== '') await this.#clips[0]?.play();
  }

  /** @param {Answer} answer */
  #part({ result, text, wav }) {
    const { language, seconds, provider } = result.values;
    const of = { seconds: decimal(Number(seconds ?? 0)) };
    /** @type {HTMLElement[]} */
    const parts = [h('ul', { class: 'check-list' }, verdictRow(result))];
    if (text !== '') {
      const quote = h('blockquote', { lang: String(language), dir: 'auto' }, text);
      parts.push(quote, h('p', { class: 'soft' }, say('trialFrom', of)));
    }
    if (provider !== undefined) parts.push(h('p', { class: 'soft' }, measures(result)));
    if (wav !== '') {
      const words = { play: say('trialPlay'), stop: say('checkHearStop') };
      const clip = new ClipButton(words, async () => decoded(wav), this.#fail);
      clip.element.classList.add('trial-play');
      this.#clips.push(clip);
      parts.push(clip.element);
    }
    return h('div', { class: 'trial-answer', 'data-provider': String(provider ?? '') }, ...parts);
  }
}

/** @param {Verdict} verdict of one service among several */
function measures({ values: { latency_ms: latency, words, cost_usd: cost } }) {
  const seconds = typeof latency === 'number' ? decimal(latency / 1000) : '–';
  return say('trialMeasures', { seconds, words: whole(Number(words ?? 0)), cost: money(Number(cost ?? 0)) });
}
