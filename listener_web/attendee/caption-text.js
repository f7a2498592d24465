/** Finds the part of a caption that is shown, and the part that is new. */

/** Languages written without spaces: a line break inside a caption is not a word boundary. */
const UNSPACED = new Set(['ja', 'zh', 'yue', 'th', 'lo', 'km', 'my']);

/**
 * A caption's text as the page shows it.
 *
 * @param {string} text with line breaks where captions on a screen would have them
 * @param {string} channel `floor` or a BCP 47 tag
 */
export function shownText(text, channel) {
  const unspaced = UNSPACED.has(channel.split('-')[0] ?? '');
  return unspaced ? text.replaceAll('\n', '') : text;
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
