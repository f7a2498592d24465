/** Dates, amounts and names of languages, as the language of the organizers' pages writes them. */
import { wordsLanguage } from './say.js';

/** @param {string} language */
function made(language) {
  return {
    language,
    money: new Intl.NumberFormat(language, { style: 'currency', currency: 'USD' }),
    wholeMoney: new Intl.NumberFormat(language, {
      style: 'currency',
      currency: 'USD',
      maximumFractionDigits: 0,
    }),
    whole: new Intl.NumberFormat(language, { maximumFractionDigits: 0 }),
    decimal: new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 }),
    list: new Intl.ListFormat(language),
    /** Those of a day and of a day with a time, by time zone; that of this device is ''. */
    days: /** @type {Map<string, Intl.DateTimeFormat>} */ (new Map()),
    times: /** @type {Map<string, Intl.DateTimeFormat>} */ (new Map()),
    languages: new Intl.DisplayNames(language, { type: 'language', fallback: 'none' }),
  };
}

let kept = made('en');

/** Making one takes longer than using it. */
function formats() {
  if (kept.language !== wordsLanguage()) kept = made(wordsLanguage());
  return kept;
}

/** @param {number} usd */
export function money(usd) {
  return formats().money.format(usd);
}

/**
 * An amount without cents if it has none.
 *
 * @param {number} usd
 */
export function shortMoney(usd) {
  return Number.isInteger(usd) ? formats().wholeMoney.format(usd) : money(usd);
}

/** @param {number} number */
export function whole(number) {
  return formats().whole.format(number);
}

/**
 * A number with one decimal.
 *
 * @param {number} number
 */
export function decimal(number) {
  return formats().decimal.format(number);
}

/**
 * @param {Date} date
 * @param {string} [zone] an IANA name; that of this device without it
 */
export function longDay(date, zone) {
  return inZone(formats().days, { dateStyle: 'full' }, zone).format(date);
}

/**
 * A day and a time.
 *
 * @param {Date} date
 * @param {string} [zone] an IANA name; that of this device without it
 */
export function dayAndTime(date, zone) {
  return inZone(formats().times, { dateStyle: 'medium', timeStyle: 'short' }, zone).format(date);
}

/**
 * @param {Map<string, Intl.DateTimeFormat>} known by time zone
 * @param {Intl.DateTimeFormatOptions} options
 * @param {string} [zone] an IANA name
 */
function inZone(known, options, zone) {
  const format =
    known.get(zone ?? '') ?? new Intl.DateTimeFormat(formats().language, { ...options, timeZone: zone });
  known.set(zone ?? '', format);
  return format;
}

/** @param {readonly string[]} names */
export function listed(names) {
  return formats().list.format(names);
}

/**
 * What a language is called.
 *
 * @param {string} tag
 * @param {string} [english] its English name by the server, which knows more languages
 */
export function languageName(tag, english = tag) {
  if (wordsLanguage() === 'en' && english !== tag) return english;
  try {
    return formats().languages.of(tag) ?? english;
  } catch {
    return english;
  }
}
