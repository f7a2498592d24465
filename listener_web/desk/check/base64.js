/** Sound in JSON. */

/**
 * The bytes of a base64 text.
 *
 * @param {string} base64
 */
export function decoded(base64) {
  const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
  return bytes.buffer;
}
