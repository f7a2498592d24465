/** Says on the desk who reviews an event's captions, and leads to the page where that is done. */
import { h, setText } from '../../shared/dom.js';
import { say } from '../../i18n/say.js';

/** @typedef {import('../api-types.js').EventStatus} EventStatus */

export class ReviewLine {
  #words = h('span', {});
  element;

  /** @param {string} event id */
  constructor(event) {
    const href = `/review/${encodeURIComponent(event)}`;
    const link = h('a', { class: 'review-link', href, 'data-needs': 'review_captions' }, say('reviewTitle'));
    this.element = h('p', { class: 'soft review-line' }, link, ' ', this.#words);
  }

  /** @param {EventStatus['review']} review what is told about the reviewers */
  show(review) {
    const { reviewers = 0, corrections = 0, hold_back_s: seconds = 0 } = review ?? {};
    const parts = [];
    if (seconds > 0) parts.push(say('reviewHeldBack', { seconds }));
    if (reviewers > 0) parts.push(say('reviewersConnected', { count: reviewers }));
    if (corrections > 0) parts.push(say('reviewCorrections', { count: corrections }));
    setText(this.#words, parts.join(' · '));
  }
}
