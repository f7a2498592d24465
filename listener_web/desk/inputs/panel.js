/** The inputs of one event that the server fetches from an address: SRT, RTMP, HLS, Icecast. */
import { explained, inSentences } from '../../i18n/error-words.js';
import { say } from '../../i18n/say.js';
import { h } from '../../shared/dom.js';
import { eventAddress } from '../../shared/organizer.js';
import { PulledRow } from './pulled-row.js';

/** @typedef {import('./pulled-words.js').PulledInput} PulledInput */

export class PulledPanel {
  element;
  #problem = h('div', { class: 'alert', role: 'alert', hidden: true });
  #rows;

  /** @param {string} id of the event */
  constructor(id) {
    const path = `${eventAddress(id)}/inputs/pulled`;
    const tell = (/** @type {unknown} */ error) => this.#tell(error);
    this.#rows = [new PulledRow('main', path, tell), new PulledRow('backup', path, tell)];
    this.element = h(
      'section',
      { class: 'outputs pulled-inputs' },
      h('h3', {}, say('pulledTitle')),
      h('p', { class: 'soft' }, say('pulledWhat')),
      this.#problem,
      h('ul', { class: 'output-list' }, ...this.#rows.map(({ element }) => element)),
    );
    this.show([]);
  }

  /** @param {PulledInput[]} pulled inputs with an address */
  show(pulled) {
    for (const row of this.#rows) {
      row.show(pulled.find(({ role }) => role === row.element.dataset.role));
    }
  }

  /** @param {unknown} error null if nothing is wrong */
  #tell(error) {
    this.#problem.hidden = error === null;
    if (error !== null) this.#problem.textContent = inSentences(explained(error));
  }
}
