/** Writes captions into an element, joined to paragraphs. */
import { h } from '../shared/dom.js';
import { completeParts, gainedText, shownText, spaceBetween } from './caption-text.js';
import { beginsParagraph } from './paragraphs.js';

/** @typedef {import('./caption-feed.js').Caption} Caption */
/** @typedef {import('./paragraphs.js').TimeMarks} TimeMarks */

/** A caption on the page. */
/** @typedef {{element: HTMLElement, text: string, start_ms: number, end_ms: number}} Shown */

/**
 * How captions are written.
 *
 * @typedef {object} Manner
 * @property {string} channel `floor` or a BCP 47 tag
 * @property {string} dir of the text
 * @property {string} language of new captions, a tag; empty while it is unknown
 * @property {string} around the language of the element that they are written into
 * @property {string} wordsMissing stands for a passage that was lost, in the page's language
 * @property {string} corrected marks a caption that a person corrected, in the page's language
 * @property {TimeMarks} times
 */

const TIME = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });

/** Where each paragraph starts on the event clock. @type {WeakMap<Element, number>} */
const STARTS_MS = new WeakMap();

export class ParagraphWriter {
  #target;
  /** @type {HTMLElement | null} */
  #paragraph;
  /** @type {Shown | null} */
  #last;

  /**
   * @param {HTMLElement | DocumentFragment} target
   * @param {Shown | null} [last] the last caption in the target
   */
  constructor(target, last = null) {
    this.#target = target;
    this.#last = last;
    this.#paragraph = last?.element.parentElement ?? null;
  }

  /**
   * Write a caption behind the others.
   *
   * @param {Caption} caption
   * @param {Manner} manner
   * @returns {Shown}
   */
  add(caption, manner) {
    const element = h('span', {
      class: 'caption',
      'data-caption': caption.id,
      'data-start': caption.start_ms,
    });
    this.#paragraphOf(caption, manner).append(element);
    const shown = { element, text: '', start_ms: caption.start_ms, end_ms: caption.end_ms };
    rewrite(shown, caption, manner);
    this.#last = shown;
    return shown;
  }

  /**
   * The paragraph that a new caption continues or begins.
   *
   * @param {Caption} caption
   * @param {Manner} manner
   */
  #paragraphOf(caption, manner) {
    const last = this.#paragraph;
    if (last !== null && continues(caption, this.#last, last, manner)) {
      last.append(spaceBetween(manner.channel));
      return last;
    }
    const paragraph = h('p', { class: 'paragraph', dir: manner.dir });
    if (manner.language !== manner.around) paragraph.lang = manner.language;
    STARTS_MS.set(paragraph, caption.start_ms);
    showTime(paragraph, last, manner.times);
    this.#target.append(paragraph);
    this.#paragraph = paragraph;
    return paragraph;
  }
}

/**
 * Write the newest version of a caption that is shown.
 *
 * @param {Shown} shown
 * @param {Caption} caption
 * @param {Manner} manner
 */
export function rewrite(shown, caption, manner) {
  const { element } = shown;
  const text = shownText(caption.text, manner.channel);
  const gained = gainedText(shown.text, text);
  // A mark of missing words may have grown in several steps.
  if (gained === null || text.includes('[')) element.replaceChildren(...worded(text, manner));
  else if (gained !== '') {
    element.append(gained);
    element.normalize();
  }
  Object.assign(shown, { text, end_ms: caption.end_ms });
  if (caption.final) element.dataset.final = '';
  if (caption.revision) {
    if (caption.corrected) element.dataset.corrected = manner.corrected;
    else delete element.dataset.corrected;
    element.hidden = caption.hidden ?? false;
  }
}

/**
 * Join what was written before to what is shown: the two may share a paragraph, and the first paragraph
 * that was shown may need the time now.
 *
 * @param {Shown} before the last caption before
 * @param {Shown} shown the first one that was shown
 * @param {Manner} manner
 */
export function joinAt(before, shown, manner) {
  const [earlier, later] = [before.element.parentElement, shown.element.parentElement];
  if (earlier === null || later === null || earlier === later) return;
  if (!continues(shown, before, earlier, { ...manner, language: later.lang || manner.around })) {
    showTime(later, earlier, manner.times);
    return;
  }
  later.prepend(...earlier.childNodes, spaceBetween(manner.channel));
  STARTS_MS.set(later, STARTS_MS.get(earlier) ?? 0);
  if (earlier.dataset.time !== undefined) later.dataset.time = earlier.dataset.time;
  earlier.remove();
}

/**
 * @param {{start_ms: number}} caption
 * @param {Shown | null} before
 * @param {HTMLElement} paragraph of the caption before
 * @param {Manner} manner
 */
function continues(caption, before, paragraph, { channel, language, around }) {
  if ((paragraph.lang || around) !== language) return false;
  return !beginsParagraph(caption, before, paragraph.textContent ?? '', channel);
}

/**
 * @param {HTMLElement} paragraph
 * @param {Element | null} before the paragraph before
 * @param {TimeMarks} times
 */
function showTime(paragraph, before, times) {
  const [since, start] = [before && STARTS_MS.get(before), STARTS_MS.get(paragraph)];
  if (since === null || since === undefined || start === undefined) return;
  const time = times.between(since, start);
  if (time !== null) paragraph.dataset.time = TIME.format(time);
}

/**
 * A text with a sentence in the page's language for each passage that is missing.
 *
 * @param {string} text
 * @param {Manner} manner
 * @returns {(Node | string)[]}
 */
function worded(text, { wordsMissing }) {
  const { lang, dir } = document.documentElement;
  return completeParts(text).flatMap((part, i) => {
    const missing = h('span', { class: 'missing', lang, dir }, wordsMissing);
    return i === 0 ? [part] : [' ', missing, ' ', part];
  });
}
