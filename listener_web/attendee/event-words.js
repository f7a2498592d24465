/** The organizer's sentences above the Listen button: about AI before the first sound, and the notice. */
import { byId, h, setText } from '../shared/dom.js';

export class EventWords {
  #ai = h('p', { id: 'ai-notice', class: 'notice', dir: 'auto', role: 'status' });
  #notice = h('p', { id: 'organizer-notice', class: 'notice', dir: 'auto', role: 'status' });

  /** @param {string} aiNotice empty for none */
  constructor(aiNotice) {
    this.#ai.textContent = aiNotice;
    this.#ai.hidden = aiNotice === '';
    this.#notice.hidden = true;
    byId('notice', HTMLElement).before(this.#notice, this.#ai);
  }

  /** Sound is heard: what had to be read before it was there to be read. */
  heard() {
    this.#ai.hidden = true;
  }

  /** @param {string | null} notice null for none, or while the middle of the page shows it */
  show(notice) {
    this.#notice.hidden = notice === null;
    setText(this.#notice, notice ?? '');
  }
}
