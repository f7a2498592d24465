/** The place above the dock where questions are asked, and answered by a tap or the Escape key. */
import { h } from '../shared/dom.js';
import { QuestionQueue } from './queue.js';

/** @typedef {import('./queue.js').Question} Question */

export class Questions {
  /** A live region has to be there before its text. */
  #place = h('div', { class: 'question-place', 'aria-live': 'polite' });
  #queue = new QuestionQueue((question) => this.#show(question));

  /** @param {HTMLElement} before the element that questions appear before */
  constructor(before) {
    before.before(this.#place);
  }

  /** @param {Question} question to be asked when its turn comes */
  ask(question) {
    this.#queue.ask(question);
  }

  /** @param {Question['id']} id of a question that has become pointless */
  withdraw(id) {
    this.#queue.withdraw(id);
  }

  /** @param {Question | null} question */
  #show(question) {
    const hadFocus = this.#place.contains(document.activeElement);
    this.#place.replaceChildren(...(question === null ? [] : [this.#card(question)]));
    // The button that had the focus is gone.
    if (hadFocus) document.getElementById('listen')?.focus();
  }

  /** @param {Question} question */
  #card({ id, title, more, yes, no }) {
    const answer = (/** @type {string} */ name, /** @type {string} */ text, /** @type {boolean} */ isYes) =>
      h('button', {
        type: 'button',
        class: isYes ? 'button primary' : 'button',
        'data-answer': name,
        onclick: () => this.#queue.answer(isYes),
      }, text);
    const titleId = `question-${id}`;
    return h(
      'section',
      {
        class: 'question',
        role: 'group',
        'data-question': id,
        'aria-labelledby': titleId,
        onkeydown: (/** @type {KeyboardEvent} */ { key }) => {
          if (key === 'Escape') this.#queue.answer(false);
        },
      },
      h('h2', { id: titleId }, title),
      ...(more === undefined ? [] : [h('p', {}, more)]),
      h('div', { class: 'answers' }, answer('yes', yes, true), answer('no', no, false)),
    );
  }
}
