/** Text that grows at its end and scrolls with it: captions of a channel, or the AI's version. */
import { h, setText } from '../../shared/dom.js';

const MOST_PARAGRAPHS = 30;
const NEAR_END_PX = 48;

export class RunningText {
  #element;
  #empty;
  /** @type {Map<string, HTMLElement>} */
  #paragraphs = new Map();

  /**
   * @param {HTMLElement} element is filled
   * @param {string} empty words while there is no text
   */
  constructor(element, empty) {
    this.#element = element;
    this.#empty = h('p', { class: 'soft' }, empty);
    element.append(this.#empty);
  }

  /** @param {string} words while there is no text */
  explain(words) {
    setText(this.#empty, words);
  }

  /**
   * Write a paragraph, or write it again as it has grown.
   *
   * @param {string} id
   * @param {string} text
   * @param {string} [language] a tag
   */
  write(id, text, language = '') {
    const atEnd = this.#isAtEnd();
    let paragraph = this.#paragraphs.get(id);
    if (paragraph === undefined) {
      paragraph = h('p', { dir: 'auto' });
      if (language !== '') paragraph.lang = language;
      this.#paragraphs.set(id, paragraph);
      this.#element.append(paragraph);
      this.#empty.hidden = true;
      this.#dropOldest();
    }
    setText(paragraph, text.replace(/\s+/g, ' '));
    if (atEnd) this.#element.scrollTop = this.#element.scrollHeight;
  }

  /** Another channel: what was said there is not of interest. */
  clear() {
    for (const paragraph of this.#paragraphs.values()) paragraph.remove();
    this.#paragraphs.clear();
    this.#empty.hidden = false;
  }

  #isAtEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.#element;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  #dropOldest() {
    const [oldest] = this.#paragraphs;
    if (oldest === undefined || this.#paragraphs.size <= MOST_PARAGRAPHS) return;
    oldest[1].remove();
    this.#paragraphs.delete(oldest[0]);
  }
}
