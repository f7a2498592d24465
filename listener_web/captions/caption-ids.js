/** The ids of a caption stream, `milliseconds-number`: they only grow. */

/**
 * Whether an id comes after another one. A caption that does not was shown already.
 *
 * @param {string} id
 * @param {string} last empty before the first
 */
export function isNewer(id, last) {
  if (last === '') return true;
  const [ms, number] = parts(id);
  const [lastMs, lastNumber] = parts(last);
  return ms > lastMs || (ms === lastMs && number > lastNumber);
}

/**
 * The Unix time in milliseconds at which a caption was written.
 *
 * @param {string} id
 */
export function writtenMs(id) {
  return parts(id)[0];
}

/**
 * @param {string} id
 * @returns {[number, number]}
 */
function parts(id) {
  const [ms, number] = id.split('-').map(Number);
  return [ms ?? 0, number ?? 0];
}
