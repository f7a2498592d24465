/** Lets a reader choose a sentence by a tap or by keys, and copy or share it. */
import { h, setText } from '../shared/dom.js';
import { copyText, joined, quoted, sentenceAround } from './quote.js';

/** @typedef {import('../i18n/localise.js').Strings} Strings */

const SAID_MS = 1_500;

export class QuoteBar {
  /** The channel's id. */
  channel = 'floor';
  #parts;
  #strings;
  /** @type {HTMLElement[]} */
  #chosen = [];
  #said = h('span', { class: 'visually-hidden', role: 'status' });
  #closed = new AbortController();
  #copy;
  #share;
  #element;

  /**
   * @param {object} parts
   * @param {HTMLElement} parts.scroller what scrolls; the bar is put after it
   * @param {HTMLElement} parts.log where captions are
   * @param {Strings} parts.strings
   * @param {string} parts.title of the event
   * @param {() => string} parts.link to the event in this language
   * @param {(startMs: number) => string | null} parts.timeAt the time of day of a place in the event
   * @param {() => void} parts.choosing called before a sentence is chosen
   */
  constructor(parts) {
    const { strings, scroller, log } = parts;
    this.#parts = parts;
    this.#strings = strings;
    this.#copy = this.#button(strings.copy, () => void this.#copyQuote());
    this.#share = this.#button(strings.share, () => void this.#shareQuote());
    this.#share.hidden = !('share' in navigator);
    const close = this.#button('×', () => this.clear());
    close.setAttribute('aria-label', strings.close);
    close.classList.add('icon');
    this.#element = h(
      'div',
      { class: 'quote-bar', role: 'group', 'aria-label': strings.quote, hidden: true },
      this.#copy,
      this.#share,
      close,
      this.#said,
    );
    scroller.after(this.#element);
    log.addEventListener('click', ({ target }) => this.#tapped(target));
    scroller.addEventListener('keydown', (press) => this.#pressed(press));
    this.#element.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') this.#leave();
    });
    const { signal } = this.#closed;
    document.addEventListener('copy', (event) => this.#copied(event), { signal });
  }

  /** Remove the bar; its captions are removed by others. */
  close() {
    this.#closed.abort();
    this.#element.remove();
  }

  /** Choose nothing. */
  clear() {
    for (const caption of this.#chosen) delete caption.dataset.chosen;
    this.#chosen = [];
    this.#element.hidden = true;
    setText(this.#said, '');
  }

  /**
   * @param {string} text
   * @param {() => void} onclick
   */
  #button(text, onclick) {
    return h('button', { type: 'button', class: 'button', onclick }, text);
  }

  /** @param {EventTarget | null} target */
  #tapped(target) {
    // A reader who marks text with the pointer does something else.
    if (!getSelection()?.isCollapsed || !(target instanceof Element)) return;
    const caption = target.closest('.caption');
    if (!(caption instanceof HTMLElement) || this.#chosen.includes(caption)) this.clear();
    else this.#choose(caption);
  }

  /** @param {HTMLElement} caption */
  #choose(caption) {
    this.#parts.choosing();
    this.clear();
    const all = captionsIn(caption.parentElement);
    const texts = all.map((one) => one.textContent ?? '');
    this.#chosen = all.slice(...sentenceAround(texts, all.indexOf(caption)));
    for (const one of this.#chosen) one.dataset.chosen = '';
    this.#element.hidden = false;
    setText(this.#copy, this.#strings.copy);
  }

  /** @param {KeyboardEvent} press */
  #pressed(press) {
    const { key, target } = press;
    if (target !== this.#parts.scroller || press.ctrlKey || press.metaKey || press.altKey) return;
    const chosen = this.#chosen.length > 0;
    if (key === 'Escape' && chosen) this.#leave();
    else if (key === 'Enter' && !chosen) this.#chooseVisible();
    else if (key === 'Enter') this.#copy.focus();
    else if (key === 'ArrowUp' && chosen) this.#step(-1);
    else if (key === 'ArrowDown' && chosen) this.#step(1);
    else return;
    press.preventDefault();
  }

  /** Choose the newest sentence that is in sight. */
  #chooseVisible() {
    const { bottom } = this.#parts.scroller.getBoundingClientRect();
    const all = captionsIn(this.#parts.log);
    const visible = all.filter((caption) => caption.getBoundingClientRect().top < bottom);
    const caption = visible[visible.length - 1];
    if (caption) this.#chooseByKey(caption);
  }

  /** @param {1 | -1} step */
  #step(step) {
    const all = captionsIn(this.#parts.log);
    const end = step > 0 ? this.#chosen[this.#chosen.length - 1] : this.#chosen[0];
    const caption = end && all[all.indexOf(end) + step];
    if (caption) this.#chooseByKey(caption);
  }

  /** @param {HTMLElement} caption */
  #chooseByKey(caption) {
    this.#choose(caption);
    caption.scrollIntoView({ block: 'nearest' });
    setText(this.#said, this.#text);
  }

  #leave() {
    this.clear();
    this.#parts.scroller.focus();
  }

  get #text() {
    return joined(
      this.#chosen.map((caption) => caption.textContent ?? ''),
      this.channel,
    );
  }

  get #quote() {
    const time = this.#parts.timeAt(Number(this.#chosen[0]?.dataset.start));
    return quoted({ text: this.#text, title: this.#parts.title, time });
  }

  async #copyQuote() {
    const copied = await copyText(`${this.#quote}\n${this.#parts.link()}`);
    const words = copied ? this.#strings.copied : this.#strings.copyFailed;
    setText(this.#copy, words);
    setText(this.#said, words);
    setTimeout(() => setText(this.#copy, this.#strings.copy), SAID_MS);
  }

  async #shareQuote() {
    const { title } = this.#parts;
    // A reader who changes their mind is no error.
    await navigator.share({ title, text: this.#quote, url: this.#parts.link() }).catch(() => {});
  }

  /**
   * The keys for copying copy the chosen sentence if no other text is marked.
   *
   * @param {ClipboardEvent} event
   */
  #copied(event) {
    const marked = document.activeElement instanceof HTMLInputElement || !getSelection()?.isCollapsed;
    const own = document.activeElement instanceof HTMLTextAreaElement;
    if (this.#chosen.length === 0 || marked || own) return;
    event.clipboardData?.setData('text/plain', `${this.#quote}\n${this.#parts.link()}`);
    event.preventDefault();
  }
}

/** @param {Element | null} part */
function captionsIn(part) {
  return /** @type {HTMLElement[]} */ ([...(part?.querySelectorAll('.caption') ?? [])]);
}
