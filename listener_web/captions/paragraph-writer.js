/** Writes captions into an element, joined to paragraphs. */
import { h } from '../shared/dom.js';
import { completeParts, gainedText, shownText, spaceBetween } from './caption-text.js';
import { beginsParagraph } from './paragraphs.js';

/** @typedef {import('./caption-feed.js').Caption} Caption */
/** @typedef {import('./paragraphs.js').TimeMarks} TimeMarks */

/**
 * A caption on the page.
 *
 * @typedef {object} Shown
 * @property {HTMLElement} element
 * @property {string} text
 * @property {number} start_ms
 * @property {number} end_ms
 * @property {string} speaker name, or empty
 */

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
/** The speaker of each paragraph. @type {WeakMap<Element, string>} */
const SPEAKERS = new WeakMap();

export class ParagraphWriter {
  #target;
  /** @type {Shown | null} */
  #last;

  /**
   * @param {HTMLElement | DocumentFragment} target
   * @param {Shown | null} [last] the last caption in the target
   */
  constructor(target, last = null) {
    this.#target = target;
    this.#last = last;
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
    const { start_ms, end_ms, speaker = '' } = caption;
    const shown = { element, text: '', start_ms, end_ms, speaker };
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
    const last = this.#last?.element.parentElement ?? null;
    if (last !== null && continues(caption, this.#last, last, manner)) {
      last.append(spaceBetween(manner.channel));
      return last;
    }
    const paragraph = begun(caption, last, manner);
    this.#target.append(paragraph);
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
  if ((caption.speaker ?? '') !== shown.speaker) rename(shown, caption, manner);
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
    showSpeaker(later, earlier, shown.speaker);
    return;
  }
  showSpeaker(later, earlier, shown.speaker);
  later.prepend(...earlier.childNodes, spaceBetween(manner.channel));
  STARTS_MS.set(later, STARTS_MS.get(earlier) ?? 0);
  if (earlier.dataset.time !== undefined) later.dataset.time = earlier.dataset.time;
  earlier.remove();
}

/**
 * Say that another person said a caption; that is known for sure when it is whole.
 *
 * @param {Shown} shown
 * @param {Caption} caption
 * @param {Manner} manner
 */
function rename(shown, caption, manner) {
  const { element } = shown;
  const paragraph = element.parentElement;
  shown.speaker = caption.speaker ?? '';
  if (paragraph === null) return;
  if (paragraph.querySelector('.caption') === element) {
    showSpeaker(paragraph, paragraph.previousElementSibling, shown.speaker);
    return;
  }
  const own = begun(caption, paragraph, manner);
  if (element.previousSibling instanceof Text) element.previousSibling.remove();
  own.append(element);
  paragraph.after(own);
}

/**
 * A new paragraph, which begins with a caption.
 *
 * @param {Caption} caption
 * @param {Element | null} before the paragraph before
 * @param {Manner} manner
 */
function begun(caption, before, manner) {
  const paragraph = h('p', { class: 'paragraph', dir: manner.dir });
  if (manner.language !== manner.around) paragraph.lang = manner.language;
  STARTS_MS.set(paragraph, caption.start_ms);
  showTime(paragraph, before, manner.times);
  showSpeaker(paragraph, before, caption.speaker ?? '');
  return paragraph;
}

/**
 * Name the speaker of a paragraph, unless the paragraph before has the same.
 *
 * @param {Element} paragraph
 * @param {Element | null} before
 * @param {string} speaker
 */
function showSpeaker(paragraph, before, speaker) {
  SPEAKERS.set(paragraph, speaker);
  paragraph.querySelector('.speaker')?.remove();
  if (speaker === '' || (before !== null && SPEAKERS.get(before) === speaker)) return;
  // A name in another script leaves the order of the letters around it alone.
  paragraph.prepend(h('b', { class: 'speaker' }, h('bdi', {}, speaker)));
}

/**
 * @param {{start_ms: number, speaker?: string}} caption
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
