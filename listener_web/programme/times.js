/** Planned times as readers see them: in the conference's time zone and in their own language. */

/**
 * From when to when, with the day unless it is today in that zone.
 *
 * @param {string} startsAt ISO 8601
 * @param {string | null} endsAt ISO 8601
 * @param {Date} now
 * @param {string} locale a tag
 * @param {string} timeZone an IANA name
 */
export function timeSpan(startsAt, endsAt, now, locale, timeZone) {
  const zone = safeZone(timeZone);
  const start = new Date(startsAt);
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'short', timeZone: zone });
  const span =
    endsAt === null
      ? time.format(start)
      : `\u2068${time.format(start)}\u2069–\u2068${time.format(new Date(endsAt))}\u2069`;
  if (dayIn(start, zone) === dayIn(now, zone)) return span;
  const day = new Intl.DateTimeFormat(locale, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    timeZone: zone,
  });
  return `${day.format(start)}, ${span}`;
}

/**
 * The name of a zone for readers, such as “Central European Standard Time”.
 *
 * @param {string} timeZone an IANA name
 * @param {Date} now
 * @param {string} locale a tag
 */
export function zoneName(timeZone, now, locale) {
  const parts = new Intl.DateTimeFormat(locale, {
    timeZone: safeZone(timeZone),
    timeZoneName: 'long',
  }).formatToParts(now);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
}

/**
 * @param {Date} time
 * @param {string | undefined} timeZone
 */
function dayIn(time, timeZone) {
  return new Intl.DateTimeFormat('en', { dateStyle: 'short', timeZone }).format(time);
}

/**
 * The zone, or the device's own if this browser does not know it.
 *
 * @param {string} timeZone
 */
export function safeZone(timeZone) {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return timeZone;
  } catch {
    return undefined;
  }
}
