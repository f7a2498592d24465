/**
 * The words of the pages for organizers, technicians and speakers, in the reader's language: one JSON
 * file for each in `organizer/`. Attendees' pages do not load them; theirs come from `localise.js`.
 */
import { getJson } from '../shared/api.js';
import { device } from '../shared/storage.js';
import { format } from './format.js';
import { bestMatch } from './languages.js';
import { directionOf } from './localise.js';

/** @typedef {typeof import('./organizer/en.json')} OrganizerStrings */
/** @typedef {keyof OrganizerStrings} OrganizerKey */

export const ORGANIZER_LANGUAGES = 'ar de en es fr it ja nl pl pt zh-Hans'.split(' ');

/** Attributes that name a string, and the attribute that it fills; null for the element's text. */
const TARGETS = Object.entries({
  'data-text': null,
  'data-label': 'aria-label',
  'data-placeholder': 'placeholder',
  'data-title': 'title',
});

/** @type {Partial<OrganizerStrings>} */
let strings = {};
let language = 'en';

/**
 * Load the words, say the page's language on `<html>`, and fill every element that names a string:
 * `data-text` its text, `data-label` its accessible name, `data-placeholder` and `data-title` the
 * attributes of these names. A page awaits this before it makes its parts.
 */
export async function loadWords() {
  const asked = [device.recall('page-language') ?? '', ...navigator.languages];
  const wanted = bestMatch(asked, ORGANIZER_LANGUAGES) ?? 'en';
  const [english, own] = await Promise.all([load('en'), wanted === 'en' ? {} : load(wanted)]);
  useWords({ ...english, ...own }, own === null ? 'en' : wanted);
  const root = document.documentElement;
  root.lang = language;
  root.dir = directionOf(language);
  fill(document);
}

/**
 * Use a language from the next time on that the page is loaded, instead of the browser's.
 *
 * @param {string} tag one of `ORGANIZER_LANGUAGES`
 */
export function rememberLanguage(tag) {
  device.remember('page-language', tag);
}

/** The language of the words, a tag. */
export function wordsLanguage() {
  return language;
}

/**
 * Fill the elements that name strings. Without words they keep the English text of the page.
 *
 * @param {ParentNode} root
 */
export function fill(root) {
  for (const [attribute, target] of TARGETS) {
    for (const element of root.querySelectorAll(`[${attribute}]`)) {
      const key = element.getAttribute(attribute) ?? '';
      if (!isKey(key)) continue;
      if (target === null) element.textContent = say(key);
      else element.setAttribute(target, say(key));
    }
  }
}

/**
 * Whether there is a string of this name.
 *
 * @param {string} key
 * @returns {key is OrganizerKey}
 */
export function isKey(key) {
  return Object.hasOwn(strings, key);
}

/**
 * A string in the page's language, its placeholders filled; see `format`.
 *
 * @param {OrganizerKey} key
 * @param {Readonly<Record<string, string | number>>} [values]
 */
export function say(key, values = {}) {
  return format(strings[key] ?? key, values, language);
}

/**
 * A string whose placeholders are filled with elements.
 *
 * @param {OrganizerKey} key of a string without plural forms
 * @param {Readonly<Record<string, Node>>} nodes
 * @returns {(Node | string)[]}
 */
export function sayWith(key, nodes) {
  return say(key)
    .split(/\{(\w+)\}/)
    .map((part, number) => (number % 2 === 1 ? (nodes[part] ?? '') : part));
}

/**
 * Take these strings.
 *
 * @param {Partial<OrganizerStrings>} loaded
 * @param {string} [tag] their language
 */
export function useWords(loaded, tag = 'en') {
  strings = loaded;
  language = tag;
}

/**
 * @param {string} tag
 * @returns {Promise<Partial<OrganizerStrings> | null>} null when they cannot be loaded
 */
async function load(tag) {
  try {
    return await getJson(`/static/i18n/organizer/${tag}.json`);
  } catch (error) {
    console.warn(`the words in ${tag} cannot be loaded:`, error);
    return null;
  }
}
