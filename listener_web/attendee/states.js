/** The middle of the page while there is nothing to read: one sentence, and what happens next. */

/** @typedef {import('../i18n/localise.js').Strings} Strings */

/**
 * - `passcode`, `full`, `missing`, `wrong`, `lost`: there is no event to show.
 * - `waiting`, `paused`, `ended`, `soon`: the states of an event. `soon` is live and without captions.
 *
 * @typedef {'passcode' | 'full' | 'missing' | 'wrong' | 'lost' | 'waiting' | 'paused' | 'ended'
 *   | 'soon'} StateKind
 */

/**
 * @typedef {object} PageState
 * @property {StateKind} kind
 * @property {string} title what is the case; empty for none
 * @property {string} next what happens next; empty for nothing
 * @property {string} [notice] the organizer's sentence
 * @property {string} [download] address of the text
 * @property {string} [programme] address of the programme of its conference
 */

/**
 * @typedef {object} EventSituation
 * @property {string} status see `statusOf`
 * @property {boolean} soundWanted
 * @property {string | null} notice
 * @property {string | null} startsAt ISO 8601, of an event that has not begun
 * @property {string | null} download address of the text of an event that has ended
 * @property {string | null} [programme] address of the programme of its conference
 */

/**
 * The state of an event that the page has.
 *
 * @param {EventSituation} situation
 * @param {Strings} strings
 * @param {(startsAt: string) => string} timeText the planned start in the reader's time and language
 * @returns {PageState}
 */
export function stateOf(situation, strings, timeText) {
  const { status, soundWanted, notice, startsAt, download, programme } = situation;
  const said = notice ? { notice } : {};
  if (status === 'ended') {
    const text = download ? { download } : {};
    return {
      kind: 'ended',
      title: strings.thanks,
      next: download || programme ? '' : strings.endedNext,
      ...said,
      ...text,
      ...(programme ? { programme } : {}),
    };
  }
  if (status === 'paused') {
    return { kind: 'paused', title: notice ?? strings.paused, next: strings.pausedNext };
  }
  if (status === 'waiting') {
    return {
      kind: 'waiting',
      title: startsAt ? timeText(startsAt) : strings.waiting,
      next: soundWanted ? strings.waitingNextSound : strings.waitingNext,
    };
  }
  return { kind: 'soon', title: '', next: strings.captionsSoon };
}

/**
 * A planned start as the reader's clock shows it, with the day unless it is today.
 *
 * @param {string} startsAt ISO 8601
 * @param {Date} now
 * @param {string} locale a tag
 * @param {string} [timeZone] the device's own if it is missing
 */
export function startTime(startsAt, now, locale, timeZone) {
  const start = new Date(startsAt);
  const day = new Intl.DateTimeFormat('en', { dateStyle: 'short', timeZone });
  /** @type {Intl.DateTimeFormatOptions} */
  const date =
    day.format(start) === day.format(now) ? {} : { weekday: 'long', day: 'numeric', month: 'long' };
  return new Intl.DateTimeFormat(locale, {
    ...date,
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
    timeZone,
  }).format(start);
}

/**
 * The reader's own form of the page's language: British times for a British phone.
 *
 * @param {string} language of the page, a tag
 * @param {readonly string[]} phone the phone's languages
 */
export function localeOf(language, phone) {
  const base = language.split('-')[0];
  return phone.find((tag) => tag.split('-')[0] === base && isTag(tag)) ?? language;
}

/** @param {string} tag */
function isTag(tag) {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
