/**
 * Less data for the sound: the setting with what was used, and an offer on a bad network. A page loads
 * this when its captions are on their way.
 */
import { byId } from '../shared/dom.js';
import { device } from '../shared/storage.js';
import { dataModeOf, withDataMode } from './data-mode.js';
import { DataPanel } from './data-panel.js';
import { DataUse } from './data-use.js';
import { NetworkTrouble } from './network-trouble.js';

/** @typedef {import('../languages/choice.js').Choice} Choice */

const LOOK_MS = 5_000;
/** Kept when the offer was made, which happens once. */
const OFFERED = 'data-offered';

/**
 * What this needs of the page.
 *
 * @typedef {object} SavingPage
 * @property {string} base of the event's addresses
 * @property {import('../i18n/localise.js').Strings} strings
 * @property {import('../attendee/sound.js').Sound} sound
 * @property {import('../questions/questions.js').Questions} questions
 * @property {() => number} captionBytes received by streams of captions so far
 * @property {() => Choice} chosen what is chosen at present
 * @property {(choice: Choice) => void} take a choice that the attendee has made
 */

export class DataSaving {
  #page;
  #panel;
  #use = new DataUse();
  #trouble = new NetworkTrouble();
  #mode;
  /** By requests that are not streams: polls, and the captions of the past. */
  #askedBytes = 0;

  /** @param {SavingPage} page */
  constructor(page) {
    this.#page = page;
    this.#mode = dataModeOf(page.chosen());
    this.#panel = new DataPanel(byId('data-settings', HTMLElement), page.strings, {
      choose: (mode) => this.#choose(mode),
      look: () => this.#measure(),
    });
    const addresses = ['captions', 'poll'].map((name) => `${page.base}/${name}/`);
    new PerformanceObserver((list) => {
      for (const entry of /** @type {PerformanceResourceTiming[]} */ (list.getEntries())) {
        const ofCaptions = addresses.some((address) => entry.name.includes(address));
        if (entry.initiatorType !== 'fetch' || !ofCaptions) continue;
        // Older Safaris do not know it.
        this.#askedBytes += entry.transferSize || 0;
      }
    }).observe({ type: 'resource', buffered: true });
    this.show();
    setInterval(() => this.#look(), LOOK_MS);
  }

  /** Show what is chosen; it may have been changed elsewhere. */
  show() {
    const mode = dataModeOf(this.#page.chosen());
    this.#panel.show(mode);
    if (mode === this.#mode) return;
    this.#mode = mode;
    this.#measure();
    this.#use.restart();
    this.#page.questions.withdraw('less-data');
  }

  /** @param {import('./data-mode.js').DataMode} mode */
  #choose(mode) {
    this.#page.take(withDataMode(this.#page.chosen(), mode));
  }

  #measure() {
    const { sound, captionBytes } = this.#page;
    this.#use.add(performance.now(), sound.receivedBytes + captionBytes() + this.#askedBytes);
    return this.#use;
  }

  #look() {
    this.#measure();
    const { sound } = this.#page;
    if (!sound.wanted || sound.stats === null) {
      this.#trouble.reset();
      return;
    }
    const { connection } = /** @type {{connection?: import('./network-trouble.js').Connection}} */ (
      navigator
    );
    const isBad = this.#trouble.look(performance.now(), sound.stats, connection);
    if (!isBad || this.#mode !== 'normal' || device.recall(OFFERED) === 'yes') return;
    const { strings, questions } = this.#page;
    questions.ask({
      id: 'less-data',
      title: strings.dataOffer,
      yes: strings.dataOfferTake,
      no: strings.dataOfferDismiss,
      asked: () => device.remember(OFFERED, 'yes'),
      accept: () => this.#choose('less'),
    });
  }
}
