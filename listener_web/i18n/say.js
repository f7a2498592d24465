/**
 * The words of the pages for organizers, technicians and speakers, in the reader's language: one JSON
 * file for each in `organizer/`. Attendees' pages do not load them; theirs come from `localise.js`.
 */
import { getJson } from '../shared/api.js';
import { format } from './format.js';
import { bestMatch } from './languages.js';
import { directionOf } from './localise.js';

/** @typedef {typeof import('./organizer/en.json')} OrganizerStrings */
/** @typedef {keyof OrganizerStrings} OrganizerKey */

export const ORGANIZER_LANGUAGES = 'en'.split(' ');

/** @type {Partial<OrganizerStrings>} */
let strings = {};

/**
 * Load the words, say the page's language on `<html>`, and fill every element that names a string:
 * `data-text` its text, `data-label` its accessible name, `data-placeholder` and `data-title` the
 * attributes of these names. A page awaits this before it makes its parts.
 */
export async function loadWords() {
  const language = bestMatch(navigator.languages, ORGANIZER_LANGUAGES) ?? 'en';
  const own = language === 'en' ? {} : await load(language);
  useWords({ ...(await load('en')), ...own });
  const root = document.documentElement;
  root.lang = own === null ? 'en' : language;
  root.dir = directionOf(root.lang);
  fill(document);
}

/**
 * Fill the elements that name strings.
 *
 * @param {ParentNode} root
 */
export function fill(root) {
  for (const [attribute, target] of Object.entries(TARGETS)) {
    for (const element of root.querySelectorAll(`[${attribute}]`)) {
      const text = say(/** @type {OrganizerKey} */ (element.getAttribute(attribute)));
      if (target === null) element.textContent = text;
      else element.setAttribute(target, text);
    }
  }
}

/** @type {Readonly<Record<string, string | null>>} */
const TARGETS = {
  'data-text': null,
  'data-label': 'aria-label',
  'data-placeholder': 'placeholder',
  'data-title': 'title',
};

/**
 * A string in the page's language, its placeholders filled; see `format`.
 *
 * @param {OrganizerKey} key
 * @param {Readonly<Record<string, string | number>>} [values]
 */
export function say(key, values = {}) {
  return format(strings[key] ?? key, values);
}

/**
 * Take these strings.
 *
 * @param {Partial<OrganizerStrings>} loaded
 */
export function useWords(loaded) {
  strings = loaded;
}

/**
 * @param {string} language
 * @returns {Promise<Partial<OrganizerStrings> | null>} null when they cannot be loaded
 */
async function load(language) {
  try {
    return await getJson(`/static/i18n/organizer/${language}.json`);
  } catch (error) {
    console.warn(`the words in ${language} cannot be loaded:`, error);
    return null;
  }
}
