/** Answers that came with the page: its scripts need not ask the server for them. */

/**
 * The answer to a question that has not been asked yet. It is given once: a second time the server is
 * asked, because the answer may be another one by then.
 *
 * @param {string} address path and query, as it would be asked
 * @returns {any} JSON; undefined when none came with the page
 */
export function takeAnswer(address) {
  for (const script of globalThis.document?.scripts ?? []) {
    if (script.dataset.answer === address) {
      script.remove();
      return JSON.parse(script.text);
    }
  }
  return undefined;
}

/** Forget the answers that nobody asked for: later they would be of the past. */
export function forgetAnswers() {
  for (const script of document.querySelectorAll('script[data-answer]')) script.remove();
}
