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
    day: new Intl.DateTimeFormat(language, { dateStyle: 'full' }),
    time: new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }),
    list: new Intl.ListFormat(language),
    /** Those of a day and of a day with a time, by time zone. */
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
  const { day, days, language } = formats();
  if (zone === undefined) return day.format(date);
  const found = days.get(zone) ?? new Intl.DateTimeFormat(language, { dateStyle: 'full', timeZone: zone });
  days.set(zone, found);
  return found.format(date);
}

/**
 * A day and a time.
 *
 * @param {Date} date
 * @param {string} [zone] an IANA name; that of this device without it
 */
export function dayAndTime(date, zone) {
  const { time, times, language } = formats();
  if (zone === undefined) return time.format(date);
  const options = /** @type {const} */ ({ dateStyle: 'medium', timeStyle: 'short', timeZone: zone });
  const found = times.get(zone) ?? new Intl.DateTimeFormat(language, options);
  times.set(zone, found);
  return found.format(date);
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
