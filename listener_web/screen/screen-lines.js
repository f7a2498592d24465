/** The newest captions of one language as lines that roll up; what has left the screen is forgotten. */
import { h } from '../shared/dom.js';
import { ParagraphWriter, rewrite } from '../captions/paragraph-writer.js';
import { TimeMarks } from '../captions/paragraphs.js';

/** @typedef {import('../captions/caption-feed.js').Caption} Caption */
/** @typedef {import('../captions/paragraph-writer.js').Shown} Shown */
/** @typedef {import('../captions/paragraph-writer.js').Manner} Manner */
/** @typedef {import('../i18n/languages.js').Channel} Channel */

/** More than any screen shows at once. */
export const MOST_PARAGRAPHS = 12;
export const MOST_CAPTIONS = 120;

export class ScreenLines {
  element;
  #text = h('div', { class: 'captions' });
  #writer = new ParagraphWriter(this.#text);
  /** The captions on the screen, by id. @type {Map<string, Shown>} */
  #shown = new Map();
  /** @type {Manner} */
  #manner;
  /** Beginning of the newest caption on the event's clock. */
  #newestMs = -Infinity;

  /**
   * @param {Channel} channel
   * @param {{wordsMissing: string, corrected: string}} words for a passage that was lost, and for a correction
   */
  constructor(channel, { wordsMissing, corrected }) {
    const floor = channel.id === 'floor';
    const language = floor ? (channel.language ?? '') : channel.id;
    this.#manner = {
      channel: channel.id,
      dir: floor ? 'auto' : channel.dir,
      language,
      around: language,
      wordsMissing,
      corrected,
      times: new TimeMarks(),
    };
    this.element = h('section', { class: 'lines', 'data-channel': channel.id, lang: language }, this.#text);
    this.#text.dir = this.#manner.dir;
  }

  get isEmpty() {
    return this.#shown.size === 0;
  }

  /** @param {Caption} caption a new one, or a later version of one on the screen */
  show(caption) {
    const known = this.#shown.get(caption.id);
    // A correction of what has left the screen is not new.
    if (known === undefined && caption.revision && caption.start_ms < this.#newestMs) return;
    this.#newestMs = Math.max(this.#newestMs, caption.start_ms);
    if (known === undefined) this.#shown.set(caption.id, this.#writer.add(caption, this.#manner));
    else rewrite(known, caption, this.#manner);
    const { element } = /** @type {Shown} */ (this.#shown.get(caption.id));
    // The pieces by which a caption grew are worth nothing once it is whole.
    if (caption.final && element.querySelector('.missing') === null) element.textContent = element.textContent;
    this.#forget();
  }

  clear() {
    this.#text.replaceChildren();
    this.#shown.clear();
    this.#writer = new ParagraphWriter(this.#text);
  }

  /** Whole paragraphs leave, because the others must not move. */
  #forget() {
    while (this.#text.childElementCount > MOST_PARAGRAPHS || this.#shown.size > MOST_CAPTIONS) {
      const oldest = this.#text.firstElementChild;
      if (oldest === null || oldest === this.#text.lastElementChild) return;
      oldest.remove();
      for (const [id, { element }] of this.#shown) {
        if (element.isConnected || this.#text.contains(element)) break;
        this.#shown.delete(id);
      }
    }
  }
}
