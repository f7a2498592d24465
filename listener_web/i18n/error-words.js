/** Explains failed requests in the page's language. */
import { ApiError } from '../shared/api.js';
import { capitalised } from '../shared/organizer.js';
import { isKey, say, wordsLanguage } from './say.js';

/** @typedef {[what: string, next: string]} Explanation what is wrong, and what to do about it */

/**
 * An error in words. In English they are the server's own, which name more details; in another
 * language they are found by the error's id. An error of this page goes to the console, too.
 *
 * @param {unknown} error
 * @returns {Explanation}
 */
export function explained(error) {
  if (!(error instanceof ApiError)) {
    console.error(error);
    return [say('pageFailed'), say('pageFailedNext')];
  }
  const what = `error_${error.error}`;
  const next = `${what}_next`;
  if (wordsLanguage() === 'en' || !isKey(what) || !isKey(next)) {
    return [capitalised(error.message), error.hint];
  }
  return [say(what, { field: fieldOf(error) }), say(next)];
}

/**
 * An explanation as one text.
 *
 * @param {Explanation} explanation
 */
export function inSentences([what, next]) {
  return say('twoSentences', { what: what.replace(/[.。]$/, ''), next });
}

/**
 * What a field of an event is called in a sentence.
 *
 * @param {string} name in the API
 */
export function fieldName(name) {
  const key = `field_${name}`;
  return isKey(key) ? say(key) : name;
}

/**
 * The field that the server names at the beginning of its message, `languages.0.tag: …`.
 *
 * @param {ApiError} error
 */
function fieldOf({ message }) {
  return fieldName(/^\w+/.exec(message)?.[0] ?? '');
}
