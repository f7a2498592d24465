/** Finds the part of a caption that is shown, the part that is new, and the parts that are missing. */

/** Languages written without spaces: a line break inside a caption is not a word boundary. */
const UNSPACED = new Set(['ja', 'zh', 'yue', 'th', 'lo', 'km', 'my']);

/** Languages of these that have no space between sentences either. */
const NEVER_SPACED = new Set(['ja', 'zh', 'yue']);
/** The server's mark of a passage that was not interpreted, or was skipped to catch up. */
const MISSING = /\s*(?:\[…\]\s*)+/;

/** @param {string} channel `floor` or a BCP 47 tag */
export function isUnspaced(channel) {
  return UNSPACED.has(primary(channel));
}

/**
 * A caption's text as the page shows it.
 *
 * @param {string} text with line breaks where captions on a screen would have them
 * @param {string} channel `floor` or a BCP 47 tag
 */
export function shownText(text, channel) {
  return isUnspaced(channel) ? text.replaceAll('\n', '') : text;
}

/**
 * The space between two captions of a paragraph.
 *
 * @param {string} channel `floor` or a BCP 47 tag
 */
export function spaceBetween(channel) {
  return NEVER_SPACED.has(primary(channel)) ? '' : ' ';
}

/**
 * The parts of a caption's text between which something is missing; one part when nothing is.
 *
 * @param {string} text
 */
export function completeParts(text) {
  return text.split(MISSING);
}

/**
 * The text that a caption has gained at its end.
 *
 * @param {string} shown
 * @param {string} text
 * @returns {string | null} null when the text no longer begins with what is shown
 */
export function gainedText(shown, text) {
  return text.startsWith(shown) ? text.slice(shown.length) : null;
}

/**
 * A text for a screen reader, after the name where another person begins to speak.
 *
 * @param {string} speaker empty for none
 * @param {string} before the speaker of the text before
 * @param {string} text
 */
export function introduced(speaker, before, text) {
  return speaker === '' || speaker === before ? text : `${speaker}: ${text}`;
}

/** @param {string} tag */
function primary(tag) {
  return tag.split('-')[0] ?? '';
}
