/** Counts the whole lines of each language that fit on the screen, so that no line is cut. */

/**
 * @param {object} room
 * @param {number} room.height for all languages, in px
 * @param {number} room.gap between two of them
 * @param {boolean} room.sideBySide whether each has the whole height
 * @param {readonly number[]} room.lineHeights of each language, in px
 * @param {number} wanted lines of each language
 * @returns {number[]} lines of each language, at least one
 */
export function fittingLines({ height, gap, sideBySide, lineHeights }, wanted) {
  const count = sideBySide ? 1 : lineHeights.length;
  const each = (height - gap * (count - 1)) / Math.max(1, count);
  return lineHeights.map((lineHeight) => Math.max(1, Math.min(wanted, Math.floor(each / lineHeight))));
}
