/** The one sentence that offers to use less data, with a button for each answer. */
import { h } from '../shared/dom.js';

/** @typedef {import('../i18n/localise.js').Strings} Strings */

export class DataOffer {
  #element;

  /**
   * @param {Element} before the element that the offer follows
   * @param {Strings} strings
   * @param {() => void} accept
   */
  constructor(before, strings, accept) {
    const answer = (/** @type {() => void} */ act) => () => {
      act();
      this.close();
      // The button that had the focus is gone.
      document.getElementById('listen')?.focus();
    };
    const sentence = h('p', { role: 'status' });
    const yes = h('button', { type: 'button', class: 'button', id: 'data-offer-take' }, strings.dataOfferTake);
    const no = h('button', { type: 'button', class: 'button', id: 'data-offer-dismiss' }, strings.dataOfferDismiss);
    yes.addEventListener('click', answer(accept));
    no.addEventListener('click', answer(() => {}));
    this.#element = h('div', { class: 'data-offer' }, sentence, h('div', { class: 'answers' }, yes, no));
    before.after(this.#element);
    // Screen readers speak what changes in an element that is there.
    requestAnimationFrame(() => (sentence.textContent = strings.dataOffer));
  }

  close() {
    this.#element.remove();
  }
}
