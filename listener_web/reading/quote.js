/** The sentence around a caption, and its text as it is copied and shared. */
import { spaceBetween } from '../captions/caption-text.js';
import { endsSentence } from '../captions/paragraphs.js';

/** A quote is not longer than this many captions. */
const MOST_CAPTIONS = 12;

/**
 * The captions of the sentence that one of them belongs to. A caption may end one sentence and begin
 * the next, so it may be more than the sentence, but never less.
 *
 * @param {string[]} texts of the captions of a paragraph, in order
 * @param {number} index of the caption
 * @returns {[from: number, to: number]} the first, and the one after the last
 */
export function sentenceAround(texts, index) {
  let from = index;
  while (from > 0 && index - from < MOST_CAPTIONS && !endsSentence(texts[from - 1] ?? '')) from--;
  let to = index + 1;
  while (to < texts.length && to - index < MOST_CAPTIONS && !endsSentence(texts[to - 1] ?? '')) to++;
  return [from, to];
}

/**
 * @param {string[]} texts
 * @param {string} channel `floor` or a BCP 47 tag
 */
export function joined(texts, channel) {
  return texts.map((text) => text.trim().replace(/\s*\n\s*/g, ' ')).join(spaceBetween(channel));
}

/**
 * A quote with its source.
 *
 * @param {object} quote
 * @param {string} quote.text
 * @param {string} quote.title of the event
 * @param {string | null} quote.time of the day, in words
 */
export function quoted({ text, title, time }) {
  const source = [title, time].filter(Boolean).join(', ');
  return `“${text}”\n— ${source}`;
}

/**
 * Put a text on the clipboard. Without https there is no clipboard interface; then an old way is used.
 *
 * @param {string} text
 * @returns {Promise<boolean>} whether it is there
 */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const focused = document.activeElement;
    const area = document.createElement('textarea');
    area.value = text;
    area.readOnly = true;
    area.className = 'visually-hidden';
    document.body.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    if (focused instanceof HTMLElement) focused.focus();
    return copied;
  }
}
