/** A deadline for waits that may never end, such as a script that a proxy holds back. */

/**
 * @template T
 * @param {number} ms
 * @param {Promise<T>} promise
 * @returns {Promise<T>} rejected when the promise is not settled by then
 */
export function within(ms, promise) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`nothing came within ${ms} ms`)), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(late));
  });
}

/**
 * `AbortSignal.timeout`, which Safari has since version 16 only.
 *
 * @param {number} ms
 */
export function abortedAfter(ms) {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), ms);
  return controller.signal;
}
