/** Announcements on a phone: shown until dismissed, and counted on the desk. */
import { ApiError, send } from '../shared/api.js';
import { byId } from '../shared/dom.js';
import { device } from '../shared/storage.js';
import { AnnouncementCards } from './announcement-cards.js';
import { ShownHere } from './shown-here.js';

/** @typedef {import('./shown-here.js').Announcement} Announcement */
/** @typedef {import('./shown-here.js').Step} Step */

/** A hall of phones gets an announcement at the same moment and does not answer at the same moment. */
const COUNTED_WITHIN_MS = 3_000;
const ATTEMPTS = 3;

export class Announcements {
  #base;
  #here;
  #cards;
  /** @type {Announcement[]} */
  #told = [];

  /**
   * @param {string} base of the event's addresses
   * @param {import('../i18n/localise.js').Strings} strings
   */
  constructor(base, strings) {
    this.#base = base;
    const key = `announcements.${base}`;
    this.#here = new ShownHere(device.recall(key), (text) => device.remember(key, text));
    this.#cards = new AnnouncementCards(
      byId('announcements', HTMLElement),
      strings,
      (one) => this.#dismiss(one),
      () => document.getElementById('scroller'),
    );
    document.addEventListener('visibilitychange', () => this.#show());
  }

  /** @param {Announcement[]} told all that the server shows now */
  hear(told) {
    this.#told = told;
    this.#show();
  }

  #show() {
    const left = this.#here.left(this.#told);
    this.#cards.show(left);
    const isSeen = document.visibilityState === 'visible';
    for (const one of left) {
      /** @type {Step[]} */
      const steps = isSeen ? ['received', 'shown'] : ['received'];
      const fresh = steps.filter((step) => this.#here.isFirst(one, step));
      if (fresh.length > 0) setTimeout(() => void this.#count(one, fresh), Math.random() * COUNTED_WITHIN_MS);
    }
  }

  /** @param {Announcement} one */
  #dismiss(one) {
    this.#here.dismiss(one);
    this.#show();
  }

  /**
   * Have the desk count this phone; the server is not told which one it is.
   *
   * @param {Announcement} one
   * @param {Step[]} steps
   */
  async #count({ id, version }, steps) {
    const path = `${this.#base}/announcements/${encodeURIComponent(id)}?version=${version}`;
    const address = `${path}${steps.map((step) => `&${step}=1`).join('')}`;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        await send(address, { method: 'POST', keepalive: true });
        return;
      } catch (error) {
        if (!(error instanceof ApiError) || !error.retryable) return;
        const waitMs = error.waitMs();
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  }
}
