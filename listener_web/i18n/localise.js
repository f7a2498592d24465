/** The page's own words, in the reader's language: one JSON file for each. */
import { getJson } from '../shared/api.js';
import { Backoff } from '../shared/backoff.js';
import { bestMatch } from './languages.js';

/** @typedef {typeof import('./en.json')} Strings */

/**
 * The key of a string without plural forms.
 *
 * @typedef {{[key in keyof Strings]: Strings[key] extends string ? key : never}[keyof Strings]} TextKey
 */

/** The official languages of the European Union, then others. */
export const LANGUAGES = (
  'bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt pt-PT ro sk sl sv ' +
  'ar bn fa he hi id ja ko ru sw th tr uk ur vi zh-Hans zh-Hant'
).split(' ');
/** `Intl.Locale` does not know directions in every browser. */
const RIGHT_TO_LEFT = new Set(['ar', 'fa', 'he', 'ur']);

/**
 * Choose the page's language, say so on `<html>`, and fill every element that names a string:
 * `data-text` its text, `data-label` its accessible name.
 *
 * @returns {Promise<Strings>}
 */
export async function localise() {
  const { language, strings } = await load(bestMatch(navigator.languages, LANGUAGES) ?? 'en');
  const root = document.documentElement;
  root.lang = language;
  root.dir = directionOf(language);
  for (const element of document.querySelectorAll('[data-text]')) {
    element.textContent = lookup(strings, element.getAttribute('data-text'));
  }
  for (const element of document.querySelectorAll('[data-label]')) {
    element.setAttribute('aria-label', lookup(strings, element.getAttribute('data-label')));
  }
  return strings;
}

/**
 * The direction in which a language is written.
 *
 * @param {string} tag
 */
export function directionOf(tag) {
  return RIGHT_TO_LEFT.has(tag.split('-')[0] ?? '') ? 'rtl' : 'ltr';
}

/**
 * The strings of a language. English takes the place of one that does not come, and is asked for
 * until it does.
 *
 * @param {string} language
 * @returns {Promise<{language: string, strings: Strings}>}
 */
async function load(language) {
  const backoff = new Backoff();
  for (let wanted = language; ; wanted = 'en') {
    try {
      return { language: wanted, strings: await getJson(`/static/i18n/${wanted}.json`) };
    } catch (error) {
      console.warn(`the strings in ${wanted} cannot be loaded:`, error);
    }
    if (wanted === 'en') await new Promise((resolve) => setTimeout(resolve, backoff.nextMs()));
  }
}

/**
 * @param {Strings} strings
 * @param {string | null} key of a string without plural forms
 */
function lookup(strings, key) {
  return strings[/** @type {TextKey} */ (key)];
}
