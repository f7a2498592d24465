/** The page's own words, in the reader's language. */
import english from './strings.en.js';
import { bestMatch } from './languages.js';

/** @typedef {import('./strings.en.js').Strings} Strings */

/** Tags of the languages that have a module of strings. */
export const LANGUAGES = ['en', 'es', 'fr', 'de', 'it', 'pt', 'ja', 'zh', 'ar'];
const RIGHT_TO_LEFT = new Set(['ar']);

/**
 * Choose the page's language, say so on `<html>`, and fill every element that names a string:
 * `data-text` its text, `data-label` its accessible name.
 *
 * @returns {Promise<Strings>}
 */
export async function localise() {
  const language = bestMatch(navigator.languages, LANGUAGES) ?? 'en';
  const strings = language === 'en' ? english : await load(language);
  const root = document.documentElement;
  root.lang = strings === english ? 'en' : language;
  root.dir = RIGHT_TO_LEFT.has(root.lang) ? 'rtl' : 'ltr';
  for (const element of document.querySelectorAll('[data-text]')) {
    element.textContent = lookup(strings, element.getAttribute('data-text'));
  }
  for (const element of document.querySelectorAll('[data-label]')) {
    element.setAttribute('aria-label', lookup(strings, element.getAttribute('data-label')));
  }
  return strings;
}

/**
 * @param {string} language
 * @returns {Promise<Strings>}
 */
async function load(language) {
  try {
    return (await import(`./strings.${language}.js`)).default;
  } catch {
    return english;
  }
}

/**
 * @param {Strings} strings
 * @param {string | null} key
 */
function lookup(strings, key) {
  return strings[/** @type {keyof Strings} */ (key)];
}
