/**
 * Folds a text as a search compares it: without case, accents, and the width of letters. The server
 * does the same (`folded` in broadcaster/edge/transcript/past.py).
 */

/** Accents of Latin, Greek and Cyrillic letters, and the vowel points of Hebrew and Arabic. */
const MARKS =
  /[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670]/g;
/** A letter with its marks. Half-width kana have marks that are characters of their own. */
const LETTERS = /\P{M}[\p{M}\uff9e\uff9f]*|\p{M}+/gsu;

/**
 * A folded text that knows where each of its characters comes from.
 *
 * @typedef {object} Folded
 * @property {string} text
 * @property {number[]} from the index in the original of each UTF-16 unit of `text`
 * @property {number[]} to the index after the original of each
 */

/**
 * @param {string} text
 * @param {boolean} spaced whether its language has spaces between words; else they are left out
 * @returns {Folded}
 */
export function fold(text, spaced) {
  /** @type {Folded} */
  const folded = { text: '', from: [], to: [] };
  for (const { 0: letter, index } of text.matchAll(LETTERS)) {
    let plain = letter.normalize('NFKD').replace(MARKS, '').normalize('NFC').toLowerCase();
    plain = plain.replaceAll('ς', 'σ');
    if (/^\s+$/.test(plain)) plain = spaced && !folded.text.endsWith(' ') ? ' ' : '';
    for (let i = 0; i < plain.length; i++) {
      folded.from.push(index);
      folded.to.push(index + letter.length);
    }
    folded.text += plain;
  }
  return folded;
}

/**
 * The parts of a text that are the words of a query.
 *
 * @param {string} text
 * @param {string} query as it was typed
 * @param {boolean} spaced
 * @returns {[from: number, to: number][]}
 */
export function placesOf(text, query, spaced) {
  const { text: folded, from, to } = fold(text, spaced);
  const wanted = fold(query, spaced).text.trim();
  /** @type {[number, number][]} */
  const places = [];
  if (wanted === '') return places;
  for (let at = folded.indexOf(wanted); at >= 0; at = folded.indexOf(wanted, at + wanted.length)) {
    places.push([from[at] ?? 0, to[at + wanted.length - 1] ?? text.length]);
  }
  return places;
}
