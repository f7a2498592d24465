/** The languages of an event as a list: their names, their order, and the search. */
import { bestMatch } from '../i18n/languages.js';

/** @typedef {import('../i18n/languages.js').Channel} Channel */

/** What is shown of a channel. `note` is its name in the phone's language, unless that is the same. */
/** @typedef {{channel: Channel, name: string, note: string, search: string}} NamedChannel */

/**
 * The channels in the order of the list: those in the phone's languages, the original, and the others
 * by their names.
 *
 * @param {readonly Channel[]} channels
 * @param {readonly string[]} phone the phone's languages, most wanted first
 * @returns {Channel[]}
 */
export function inListOrder(channels, phone) {
  const left = channels.filter(({ id }) => id !== 'floor');
  /** @type {Channel[]} */
  const first = [];
  for (const tag of phone) {
    for (;;) {
      const id = bestMatch([tag], left.map((channel) => channel.id));
      const at = left.findIndex((channel) => channel.id === id);
      if (at === -1) break;
      first.push(...left.splice(at, 1));
    }
  }
  const floor = channels.filter(({ id }) => id === 'floor');
  return [...first, ...floor, ...left.sort((a, b) => a.name.localeCompare(b.name))];
}

/**
 * The names of a channel.
 *
 * @param {Channel} channel
 * @param {object} words
 * @param {string} words.original what the floor is called in the page's language
 * @param {string | undefined} words.spoken what the speaker speaks, a tag, if it is known
 * @param {string} words.phone the language of the small names, a tag
 * @returns {NamedChannel}
 */
export function named(channel, { original, spoken, phone }) {
  const isFloor = channel.id === 'floor';
  const name = isFloor ? original : channel.name;
  const inPhoneLanguage = languageName(isFloor ? spoken : channel.id, phone);
  const note = folded(inPhoneLanguage) === folded(name) ? '' : inPhoneLanguage;
  const search = [name, inPhoneLanguage, channel.english_name, channel.id].map(folded).join('\n');
  return { channel, name, note, search };
}

/**
 * Whether a channel is what somebody searches: each word begins a word of its names, whatever the
 * case and the accents.
 *
 * @param {NamedChannel} channel
 * @param {string} query
 */
export function isFound({ search }, query) {
  const names = wordsOf(search);
  return wordsOf(folded(query)).every((word) => names.some((name) => name.startsWith(word)));
}

/** @param {string} text */
function wordsOf(text) {
  return text.split(/[\s()\-–,]+/).filter(Boolean);
}

/**
 * @param {string | undefined} tag
 * @param {string} inLanguage
 * @returns {string} empty where the browser does not know it
 */
function languageName(tag, inLanguage) {
  if (!tag) return '';
  try {
    const names = new Intl.DisplayNames([inLanguage], { type: 'language', fallback: 'none' });
    return names.of(tag) ?? '';
  } catch {
    return '';
  }
}

/** @param {string} text */
function folded(text) {
  return text.normalize('NFD').replace(/\p{Mn}/gu, '').toLowerCase().trim();
}
