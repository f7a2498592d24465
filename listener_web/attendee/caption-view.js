/** Captions on the page: the newest grows at the bottom, and the older ones move up. */
import { h } from '../shared/dom.js';
import { gainedText, shownText } from './caption-text.js';

/** @typedef {import('./caption-feed.js').Caption} Caption */
/** @typedef {import('../i18n/languages.js').Channel} Channel */

const MAX_CAPTIONS = 200;
const AT_BOTTOM_PX = 48;
/** A scroll this soon after a touch, wheel or key is the reader's own. */
const TOUCH_MS = 1_000;

export class CaptionView {
  /** @type {Map<string, HTMLElement>} */
  #captions = new Map();
  #channel = 'floor';
  /** The language of what is shown next, a tag; empty while it is unknown. */
  #language = '';
  #followsNewest = true;
  #scrollPlanned = false;
  #lastScrollTop = 0;
  /** The time at which the reader last touched the captions, or used the wheel or a key. */
  #touchedMs = -Infinity;

  /**
   * @param {object} parts
   * @param {HTMLElement} parts.scroller what scrolls
   * @param {HTMLElement} parts.log where captions go
   * @param {HTMLElement} parts.toNewest shown while the reader looks back
   * @param {HTMLElement} parts.announcer live region for screen readers
   */
  constructor({ scroller, log, toNewest, announcer }) {
    this.scroller = scroller;
    this.log = log;
    this.toNewest = toNewest;
    this.announcer = announcer;
    /** Whether a screen reader is given each finished caption. */
    this.announces = false;
    scroller.addEventListener('scroll', () => this.#noticeScroll(), { passive: true });
    for (const kind of ['wheel', 'touchmove', 'keydown', 'pointerdown']) {
      const touched = () => (this.#touchedMs = performance.now());
      scroller.addEventListener(kind, touched, { passive: true });
    }
    toNewest.addEventListener('click', () => this.showNewest());
    new ResizeObserver(() => this.#keepPlace()).observe(scroller);
  }

  /**
   * Remove all captions and begin with another channel.
   *
   * @param {Channel} channel
   */
  begin(channel) {
    this.#captions.clear();
    this.log.replaceChildren();
    this.announcer.textContent = '';
    for (const element of [this.log, this.announcer]) element.dir = channel.dir;
    this.#channel = channel.id;
    this.#language = channel.id === 'floor' ? '' : channel.id;
    this.#name(this.#language);
    this.showNewest();
  }

  /**
   * Say what language the speaker speaks. Captions that came before the first answer get it too:
   * without one a screen reader reads them with the voice of the phone's language.
   *
   * @param {string} language a tag
   */
  speakerSpeaks(language) {
    if (this.#channel !== 'floor' || language === this.#language) return;
    if (this.#language === '') this.#name(language);
    this.announcer.lang = language;
    this.#language = language;
  }

  /** @param {string} language a tag, or empty for an unknown one, which is not named at all */
  #name(language) {
    for (const element of [this.log, this.announcer]) {
      if (language === '') element.removeAttribute('lang');
      else element.lang = language;
    }
  }

  /**
   * Show a new caption, or the words that a known one has gained.
   *
   * @param {Caption} caption
   */
  show(caption) {
    const text = shownText(caption.text, this.#channel);
    let element = this.#captions.get(caption.id);
    if (element === undefined) {
      element = h('p', { class: 'caption', dir: this.log.dir, 'data-caption': caption.id });
      if (this.#language !== this.log.lang) element.lang = this.#language;
      this.#captions.set(caption.id, element);
      this.log.append(element);
      this.#forgetOldest();
    }
    const gained = gainedText(element.textContent ?? '', text);
    if (gained === null) element.textContent = text;
    else if (gained !== '') element.append(h('span', { class: 'gained' }, gained));
    if (caption.final && !('final' in element.dataset)) {
      element.dataset.final = '';
      if (this.announces) this.announcer.textContent = text;
    }
    this.#keepPlace();
  }

  get isEmpty() {
    return this.#captions.size === 0;
  }

  /** Go to the newest caption and stay there. */
  showNewest() {
    this.#followsNewest = true;
    this.toNewest.hidden = true;
    this.#keepPlace();
  }

  #forgetOldest() {
    if (this.#captions.size <= MAX_CAPTIONS) return;
    for (const [id, element] of this.#captions) {
      element.remove();
      this.#captions.delete(id);
      return;
    }
  }

  /** Scroll to the newest caption, at most once in each frame of the screen. */
  #keepPlace() {
    if (!this.#followsNewest || this.#scrollPlanned) return;
    this.#scrollPlanned = true;
    requestAnimationFrame(() => {
      this.#scrollPlanned = false;
      if (!this.#followsNewest) return;
      const { scrollHeight, scrollTop, clientHeight } = this.scroller;
      const near = scrollHeight - scrollTop < 2 * clientHeight;
      this.scroller.scrollTo({ top: scrollHeight, behavior: near ? 'auto' : 'instant' });
    });
  }

  /** Look back only when a person scrolls upwards: the page scrolls by itself, too. */
  #noticeScroll() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    const atBottom = scrollHeight - scrollTop - clientHeight < AT_BOTTOM_PX;
    if (atBottom) this.#followsNewest = true;
    else if (scrollTop < this.#lastScrollTop && performance.now() - this.#touchedMs < TOUCH_MS) {
      this.#followsNewest = false;
    }
    this.#lastScrollTop = scrollTop;
    this.toNewest.hidden = this.#followsNewest;
  }
}
