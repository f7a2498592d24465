/** The organizer's sentences above the Listen button: about AI before the first sound, and the notice. */
import { byId, h, setText } from '../shared/dom.js';

/** Somebody who reads has seen the sentence about AI after this time; the settings still have it. */
export const READ_AFTER_MS = 20_000;

export class EventWords {
  #ai = h('p', { id: 'ai-notice', class: 'notice', dir: 'auto', role: 'status' });
  #notice = h('p', { id: 'organizer-notice', class: 'notice', dir: 'auto', role: 'status' });

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

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

  /**
   * Whoever reads without sound keeps the place for captions, once the sentence about AI has been there long
   * enough to be read.
   *
   * @param {boolean} reads whether captions without sound are read now
   */
  reads(reads) {
    if (!reads) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    } else {
      this.#timer ??= setTimeout(() => this.heard(), READ_AFTER_MS);
    }
  }

  /** @param {string | null} notice null for none, or while the middle of the page shows it */
  show(notice) {
    this.#notice.hidden = notice === null;
    setText(this.#notice, notice ?? '');
  }
}
