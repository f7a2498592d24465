/**
 * Captions on the page, joined to paragraphs: the newest grows at the bottom, and the older ones move
 * up.
 */
import { h } from '../shared/dom.js';
import { completeParts, gainedText, shownText, spaceBetween } from './caption-text.js';
import { TimeMarks, beginsParagraph } from './paragraphs.js';

/** @typedef {import('./caption-feed.js').Caption} Caption */
/** @typedef {import('../i18n/languages.js').Channel} Channel */

const MAX_CAPTIONS = 200;
const AT_BOTTOM_PX = 48;
/** A scroll this soon after a touch, wheel or key is the reader's own. */
const TOUCH_MS = 1_000;
const TIME = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });

/** A caption on the page. */
/** @typedef {{element: HTMLElement, text: string, end_ms: number}} Shown */

export class CaptionView {
  /** @type {Map<string, Shown>} */
  #captions = new Map();
  /** @type {Shown | null} */
  #newest = null;
  /** @type {HTMLElement | null} */
  #paragraph = null;
  #times = new TimeMarks();
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
   * @param {string} parts.wordsMissing stands for a passage that was lost, in the page's language
   */
  constructor({ scroller, log, toNewest, announcer, wordsMissing }) {
    this.scroller = scroller;
    this.log = log;
    this.toNewest = toNewest;
    this.announcer = announcer;
    this.wordsMissing = wordsMissing;
    /** Whether a screen reader is given each finished caption. */
    this.announces = false;
    scroller.addEventListener('scroll', () => this.#noticeScroll(), { passive: true });
    for (const kind of ['wheel', 'touchmove', 'keydown', 'pointerdown']) {
      const touched = () => (this.#touchedMs = performance.now());
      scroller.addEventListener(kind, touched, { passive: true });
    }
    toNewest.addEventListener('click', () => this.showNewest());
    const resized = new ResizeObserver(() => this.#keepPlace());
    for (const element of [scroller, log]) resized.observe(element);
  }

  /**
   * Remove all captions and begin with another channel.
   *
   * @param {Channel} channel
   */
  begin(channel) {
    this.#captions.clear();
    this.#newest = null;
    this.#times = new TimeMarks();
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
   * @param {number} writtenMs Unix time at which it was written
   */
  show(caption, writtenMs) {
    this.#times.learn(writtenMs, caption.end_ms);
    const text = shownText(caption.text, this.#channel);
    const shown = this.#captions.get(caption.id) ?? this.#add(caption);
    const { element } = shown;
    const gained = gainedText(shown.text, text);
    // A mark of missing words may have grown in several steps.
    if (gained === null || text.includes('[')) element.replaceChildren(...this.#worded(text));
    else if (gained !== '') element.append(h('span', { class: 'gained' }, gained));
    Object.assign(shown, { text, end_ms: caption.end_ms });
    if (caption.final && !('final' in element.dataset)) {
      element.dataset.final = '';
      if (this.announces) this.announcer.textContent = element.textContent;
    }
    this.#keepPlace();
  }

  /**
   * Add a caption without its text.
   *
   * @param {Caption} caption
   * @returns {Shown}
   */
  #add(caption) {
    const element = h('span', {
      class: 'caption',
      'data-caption': caption.id,
      'data-start': caption.start_ms,
    });
    this.#paragraphOf(caption).append(element);
    const shown = { element, text: '', end_ms: caption.end_ms };
    this.#captions.set(caption.id, shown);
    this.#newest = shown;
    this.#forgetOldest();
    return shown;
  }

  /**
   * The paragraph that a new caption continues or begins.
   *
   * @param {Caption} caption
   */
  #paragraphOf(caption) {
    const last = this.#paragraph;
    const sameLanguage = last !== null && (last.lang || this.log.lang) === this.#language;
    const text = last?.textContent ?? '';
    if (last && sameLanguage && !beginsParagraph(caption, this.#newest, text, this.#channel)) {
      last.append(spaceBetween(this.#channel));
      return last;
    }
    const paragraph = h('p', { class: 'paragraph', dir: this.log.dir });
    if (this.#language !== this.log.lang) paragraph.lang = this.#language;
    const time = this.#times.at(caption.start_ms);
    if (time) paragraph.dataset.time = TIME.format(time);
    this.log.append(paragraph);
    this.#paragraph = paragraph;
    return paragraph;
  }

  /**
   * A text with a sentence in the page's language for each passage that is missing.
   *
   * @param {string} text
   * @returns {(Node | string)[]}
   */
  #worded(text) {
    const { lang, dir } = document.documentElement;
    return completeParts(text).flatMap((part, i) => {
      const missing = h('span', { class: 'missing', lang, dir }, this.wordsMissing);
      return i === 0 ? [part] : [' ', missing, ' ', part];
    });
  }

  get isEmpty() {
    return this.#captions.size === 0;
  }

  /**
   * The time of day of a place in the event; null while it is unknown.
   *
   * @param {number} startMs event clock
   */
  timeOf(startMs) {
    return this.#times.timeOf(startMs);
  }

  /**
   * Scroll to a caption, or a part of one, and stay there.
   *
   * @param {HTMLElement} caption
   */
  lookAt(caption) {
    this.#followsNewest = false;
    this.toNewest.hidden = false;
    caption.scrollIntoView({ block: 'center' });
  }

  /** Go to the newest caption and stay there. */
  showNewest() {
    this.#followsNewest = true;
    this.toNewest.hidden = true;
    this.#keepPlace();
  }

  #forgetOldest() {
    if (this.#captions.size <= MAX_CAPTIONS) return;
    for (const [id, { element }] of this.#captions) {
      const paragraph = element.parentElement;
      element.remove();
      if (paragraph?.querySelector('.caption') === null) paragraph.remove();
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
