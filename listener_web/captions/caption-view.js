/**
 * Captions on the page, joined to paragraphs: the newest grows at the bottom, and the older ones move
 * up.
 *
 * The page shows some of the captions that it has: the newest, or those around the place that a reader
 * looks back to. Near the first one that is shown it asks for earlier ones.
 */
import { CaptionList } from './caption-list.js';
import { introduced } from './caption-text.js';
import { ParagraphWriter, joinAt, rewrite } from './paragraph-writer.js';
import { TimeMarks } from './paragraphs.js';

/** @typedef {import('./caption-feed.js').Caption} Caption */
/** @typedef {import('./paragraph-writer.js').Manner} Manner */
/** @typedef {import('./paragraph-writer.js').Shown} Shown */
/** @typedef {import('../i18n/languages.js').Channel} Channel */

/** The most captions on the page, of those that the list has. */
const MAX_SHOWN = 200;
const MAX_SHOWN_LOOKING_BACK = 400;
/** Captions that are added at a time when a reader looks back. */
const STEP = 50;
const AT_BOTTOM_PX = 48;
/** A scroll this soon after a touch, wheel or key is the reader's own. */
const TOUCH_MS = 1_000;
/** The pause after earlier captions did not come. */
const RETRY_MS = 2_000;

export class CaptionView {
  #list = new CaptionList();
  /** Those on the page, by number: from `#from` up to, and without, `#to`. @type {Map<number, Shown>} */
  #shown = new Map();
  #from = 0;
  #to = 0;
  #writer;
  /** @type {Manner} */
  #manner;
  /** Earlier captions than those in the list. @type {import('./caption-history.js').CaptionHistory | null} */
  #history = null;
  #asking = false;
  #followsNewest = true;
  #scrollPlanned = false;
  /** Whether the newest caption of this channel was scrolled to. */
  #isPlaced = false;
  #lastScrollTop = 0;
  /** The speaker of the text that a screen reader was given last. */
  #announcedSpeaker = '';
  /** The time at which the reader last touched the captions, or used the wheel or a key. */
  #touchedMs = -Infinity;

  /**
   * @param {object} parts
   * @param {HTMLElement} parts.scroller what scrolls
   * @param {HTMLElement} parts.log where captions go
   * @param {HTMLElement} parts.toNewest shown while the reader looks back
   * @param {HTMLElement} parts.announcer live region for screen readers
   * @param {string} parts.wordsMissing stands for a passage that was lost, in the page's language
   * @param {string} parts.corrected marks a caption that a person corrected, in the page's language
   */
  constructor({ scroller, log, toNewest, announcer, wordsMissing, corrected }) {
    this.scroller = scroller;
    this.log = log;
    this.toNewest = toNewest;
    this.announcer = announcer;
    this.#writer = new ParagraphWriter(log);
    const times = new TimeMarks();
    const words = { wordsMissing, corrected };
    this.#manner = { channel: 'floor', dir: 'auto', language: '', around: '', ...words, times };
    /** Whether a screen reader is given each finished caption. */
    this.announces = false;
    // What is added above moves what is read; the view itself moves it back.
    scroller.style.overflowAnchor = 'none';
    scroller.addEventListener('scroll', () => this.#noticeScroll(), { passive: true });
    for (const kind of ['wheel', 'touchmove', 'keydown', 'pointerdown']) {
      const touched = () => {
        this.#touchedMs = performance.now();
        // Captions that hardly fill the screen cannot be scrolled.
        if (scroller.scrollHeight < scroller.clientHeight + AT_BOTTOM_PX) void this.#showEarlier();
      };
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
    this.#list = new CaptionList();
    this.#history = null;
    this.#asking = this.#isPlaced = false;
    this.announcer.textContent = '';
    this.#announcedSpeaker = '';
    for (const element of [this.log, this.announcer]) element.dir = channel.dir;
    const language = channel.id === 'floor' ? (channel.language ?? '') : channel.id;
    const times = new TimeMarks();
    this.#manner = { ...this.#manner, channel: channel.id, dir: channel.dir, language, times };
    this.#name(language);
    this.#showFrom(0);
    this.showNewest();
  }

  /**
   * Say where the captions before the first one are; a reader who scrolls back gets them.
   *
   * @param {import('./caption-history.js').CaptionHistory} history
   */
  continueWith(history) {
    this.#history = history;
  }

  /**
   * Say what language the speaker speaks. Captions that came before the first answer get it too:
   * without one a screen reader reads them with the voice of the phone's language.
   *
   * @param {string} language a tag
   */
  speakerSpeaks(language) {
    if (this.#manner.channel !== 'floor' || language === this.#manner.language) return;
    if (this.#manner.language === '') this.#name(language);
    this.announcer.lang = language;
    this.#manner.language = language;
  }

  /** @param {string} language a tag, or empty for an unknown one, which is not named at all */
  #name(language) {
    this.#manner.around = language;
    for (const element of [this.log, this.announcer]) {
      if (language === '') element.removeAttribute('lang');
      else element.lang = language;
    }
  }

  /**
   * Show a new caption, the words that a known one has gained, or what a reviewer made of it.
   *
   * @param {Caption} caption
   * @param {number} writtenMs Unix time at which it was written
   */
  show(caption, writtenMs) {
    if (this.#list.knows(caption)) return;
    this.#manner.times.learn(writtenMs, caption.end_ms);
    const end = this.#list.end;
    const number = this.#list.put(caption);
    const shown = this.#shown.get(number);
    const wasFinal = shown !== undefined && 'final' in shown.element.dataset;
    if (shown) rewrite(shown, caption, this.#manner);
    else if (number === end && this.#to === end) this.#append();
    this.#forgetBefore(this.#list.first);
    if (caption.final && !wasFinal && this.announces) {
      this.announcer.dataset.caption = caption.id;
      const text = this.#shown.get(number)?.element.textContent ?? caption.text;
      const { speaker = '' } = caption;
      this.announcer.textContent = introduced(speaker, this.#announcedSpeaker, text);
      this.#announcedSpeaker = speaker;
    }
    if (caption.hidden && this.announcer.dataset.caption === caption.id) this.announcer.textContent = '';
    this.#keepPlace();
  }

  /** Show the next caption of the list, unless the page is full and the reader looks back. */
  #append() {
    if (!this.#followsNewest && this.#shown.size >= MAX_SHOWN_LOOKING_BACK) return;
    const shown = this.#writer.add(this.#list.at(this.#to), this.#manner);
    this.#shown.set(this.#to, shown);
    this.#to += 1;
    if (this.#followsNewest) this.#forgetBefore(this.#to - MAX_SHOWN);
  }

  /**
   * Show the captions from a number on, instead of those on the page.
   *
   * @param {number} number
   */
  #showFrom(number) {
    this.log.replaceChildren();
    this.#shown.clear();
    this.#writer = new ParagraphWriter(this.log);
    this.#from = this.#to = number;
    while (this.#to < this.#list.end) this.#append();
  }

  /** Show earlier captions; those that the page does not have are asked for. */
  async #showEarlier() {
    if (this.#from > this.#list.first) {
      this.#prepend(Math.max(this.#list.first, this.#from - STEP));
      return;
    }
    const [history, list] = [this.#history, this.#list];
    if (history === null || !history.more || this.#asking || list.full) return;
    this.#asking = true;
    try {
      list.prepend(await history.older());
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    if (list !== this.#list) return;
    this.#asking = false;
    this.#lookAround();
  }

  /**
   * Add the captions from a number on above those on the page, which stay where they are seen.
   *
   * @param {number} number
   */
  #prepend(number) {
    const { scrollHeight, scrollTop } = this.scroller;
    const [above, first] = [document.createDocumentFragment(), this.#shown.get(this.#from)];
    const writer = new ParagraphWriter(above);
    /** @type {Shown | null} */
    let last = null;
    for (let i = number; i < this.#from; i++) {
      last = writer.add(this.#list.at(i), this.#manner);
      this.#shown.set(i, last);
    }
    this.#from = number;
    this.log.prepend(above);
    if (last && first) joinAt(last, first, this.#manner);
    const top = scrollTop + this.scroller.scrollHeight - scrollHeight;
    this.scroller.scrollTo({ top, behavior: 'instant' });
    this.#forgetFrom(this.#from + MAX_SHOWN_LOOKING_BACK);
  }

  /** Show later captions of the list, after the page has forgotten them. */
  #showLater() {
    const end = Math.min(this.#list.end, this.#to + STEP);
    this.#forgetBefore(end - MAX_SHOWN_LOOKING_BACK);
    while (this.#to < end) this.#append();
  }

  /** @param {number} number captions before it leave the page, and what is read stays in its place */
  #forgetBefore(number) {
    if (this.#from >= number) return;
    const { scrollHeight, scrollTop } = this.scroller;
    for (; this.#from < number; this.#from++) this.#remove(this.#from);
    if (this.#followsNewest) return;
    const top = scrollTop + this.scroller.scrollHeight - scrollHeight;
    this.scroller.scrollTo({ top, behavior: 'instant' });
  }

  /** @param {number} number it and those after it leave the page */
  #forgetFrom(number) {
    if (this.#to <= number) return;
    while (this.#to > number) this.#remove(--this.#to);
    this.#writer = new ParagraphWriter(this.log, this.#shown.get(this.#to - 1));
  }

  /** @param {number} number */
  #remove(number) {
    const element = this.#shown.get(number)?.element;
    const paragraph = element?.parentElement;
    element?.remove();
    if (paragraph?.querySelector('.caption') === null) paragraph.remove();
    this.#shown.delete(number);
  }

  get isEmpty() {
    return this.#list.length === 0;
  }

  /**
   * The time of day of a place in the event; null while it is unknown.
   *
   * @param {number} startMs event clock
   */
  timeOf(startMs) {
    return this.#manner.times.timeOf(startMs);
  }

  /**
   * Scroll to a caption, or a part of one, and stay there.
   *
   * @param {HTMLElement} caption
   */
  lookAt(caption) {
    this.#followsNewest = false;
    this.toNewest.hidden = false;
    // A smooth scroll would be cut short by captions that are added above.
    caption.scrollIntoView({ block: 'center', behavior: 'instant' });
  }

  /** Go to the first caption on the page and ask for earlier ones. */
  lookBack() {
    this.#followsNewest = false;
    this.toNewest.hidden = false;
    this.scroller.scrollTo({ top: 0, behavior: 'instant' });
    void this.#showEarlier();
  }

  /** Go to the newest caption and stay there. */
  showNewest() {
    this.#followsNewest = true;
    this.toNewest.hidden = true;
    if (this.#to < this.#list.end) {
      this.#showFrom(Math.max(this.#list.first, this.#list.end - MAX_SHOWN));
    }
    this.#keepPlace();
  }

  /** Scroll to the newest caption, at most once in each frame of the screen. */
  #keepPlace() {
    if (!this.#followsNewest || this.#scrollPlanned) return;
    this.#scrollPlanned = true;
    requestAnimationFrame(() => {
      this.#scrollPlanned = false;
      if (!this.#followsNewest) return;
      const { scrollHeight, scrollTop, clientHeight } = this.scroller;
      // The first captions of a channel are shown at their end, without a way there.
      const near = this.#isPlaced && scrollHeight - scrollTop < 2 * clientHeight;
      this.#isPlaced = !this.isEmpty;
      // Without captions there is a text in their place, which is read from its beginning.
      const top = this.isEmpty ? 0 : scrollHeight;
      this.scroller.scrollTo({ top, behavior: near ? 'auto' : 'instant' });
    });
  }

  /** Look back only when a person scrolls upwards: the page scrolls by itself, too. */
  #noticeScroll() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    const atBottom = scrollHeight - scrollTop - clientHeight < AT_BOTTOM_PX;
    if (atBottom && this.#to === this.#list.end) this.#followsNewest = true;
    else if (scrollTop < this.#lastScrollTop && performance.now() - this.#touchedMs < TOUCH_MS) {
      this.#followsNewest = false;
    }
    this.#lastScrollTop = scrollTop;
    this.toNewest.hidden = this.#followsNewest;
    this.#lookAround();
  }

  /** Show more captions where a reader comes near the first or the last one on the page. */
  #lookAround() {
    if (this.#followsNewest) return;
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    if (scrollTop < clientHeight) void this.#showEarlier();
    else if (scrollHeight - scrollTop < 2 * clientHeight && this.#to < this.#list.end) {
      this.#showLater();
    }
  }
}
