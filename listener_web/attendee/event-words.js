/** The organizer's sentences above the Listen button: about AI before the first sound, and the notice. */
import { format } from '../i18n/format.js';
import { bestMatch } from '../i18n/languages.js';
import { byId, h, setText } from '../shared/dom.js';

/** Long enough to read the sentence about AI. Without sound nothing else takes it away; the settings keep it. */
const READ_MS = 15_000;

export class EventWords {
  #ai = h('p', { id: 'ai-notice', class: 'notice', dir: 'auto', role: 'status' });
  #reading = 0;
  #notice = h('p', { id: 'organizer-notice', class: 'notice', dir: 'auto', role: 'status' });

  /** @param {string} aiNotice empty for none */
  constructor(aiNotice) {
    this.#ai.textContent = aiNotice;
    this.#ai.hidden = aiNotice === '';
    this.#notice.hidden = true;
    byId('notice', HTMLElement).before(this.#notice, this.#ai);
    const kept = h('p', { id: 'ai-notice-kept', class: 'soft', dir: 'auto' }, aiNotice);
    if (aiNotice !== '') byId('settings', HTMLElement).append(kept);
  }

  /** Sound is heard: what had to be read before it was there to be read. */
  heard() {
    this.#ai.hidden = true;
  }

  /** Captions are read without sound: the sentence about AI gives them its room after a while. */
  read() {
    this.#reading ||= window.setTimeout(() => this.heard(), READ_MS);
  }

  /** @param {string | null} notice null for none, or while the middle of the page shows it */
  show(notice) {
    this.#notice.hidden = notice === null;
    setText(this.#notice, notice ?? '');
  }
}

/**
 * The sentence about AI: the organizer's in a language of the reader, or else the page's own, which
 * names the service that processes the sound.
 *
 * @param {import('./event-info.js').EventInfo} info
 * @param {import('../i18n/localise.js').Strings} strings
 */
export function aboutAi({ ai_notice, ai_notice_translations = {}, provider = '' }, strings) {
  if (ai_notice === '') return '';
  if (ai_notice) {
    const wanted = [document.documentElement.lang, ...navigator.languages];
    const tag = bestMatch(wanted, Object.keys(ai_notice_translations));
    return (tag && ai_notice_translations[tag]) || ai_notice;
  }
  if (provider === '') return strings.aiNotice;
  return `${strings.aiNotice} ${format(strings.aiProvider, { provider })}`;
}
