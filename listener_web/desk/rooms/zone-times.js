/** Planned times in the time zone of an event, which need not be that of this device. */
import { say } from '../../i18n/say.js';
import { dayAndTime } from '../../i18n/written.js';
import { safeZone, zoneName } from '../../programme/times.js';

const MINUTE_MS = 60_000;

/**
 * Whether clocks in a zone show what this device shows.
 *
 * @param {string | undefined} zone an IANA name; undefined for that of this device
 */
export function isOwnZone(zone) {
  return zone === undefined || safeZone(zone) === new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/**
 * A day and a time, with the zone named if it is not that of this device.
 *
 * @param {string} time ISO 8601
 * @param {string | undefined} zone an IANA name
 */
export function plannedTime(time, zone) {
  const date = new Date(time);
  if (zone === undefined || isOwnZone(zone)) return dayAndTime(date);
  const name = zoneName(zone, date, document.documentElement.lang || 'en');
  return say('scheduleTimeInZone', { time: dayAndTime(date, safeZone(zone)), zone: name });
}

/**
 * A time as a field of type `datetime-local` has it: as a clock in the zone shows it.
 *
 * @param {string | null | undefined} time ISO 8601
 * @param {string | undefined} zone an IANA name
 */
export function clockTime(time, zone) {
  return time ? new Date(clockMs(Date.parse(time), zone)).toISOString().slice(0, 16) : '';
}

/**
 * The same backwards. Of two times that a clock shows alike, it is the first.
 *
 * @param {string} value of such a field
 * @param {string | undefined} zone an IANA name
 * @returns {string | null} ISO 8601, as the API answers
 */
export function timeOf(value, zone) {
  if (value === '') return null;
  const wanted = Date.parse(`${value}Z`);
  const day = 24 * 60 * MINUTE_MS;
  const offsets = [wanted - day, wanted + day].map((near) => clockMs(near, zone) - near);
  const times = offsets.map((offset) => wanted - offset);
  const right = times.filter((time) => clockMs(time, zone) === wanted);
  const time = right.length > 0 ? Math.min(...right) : (times[0] ?? wanted);
  return new Date(time).toISOString().replace('.000Z', 'Z');
}

/**
 * What a clock in a zone shows, as if it were UTC.
 *
 * @param {number} ms Unix time
 * @param {string | undefined} zone an IANA name
 */
function clockMs(ms, zone) {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: zone === undefined ? undefined : safeZone(zone),
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(ms);
  const part = (/** @type {string} */ name) =>
    Number(parts.find(({ type }) => type === name)?.value ?? 0);
  return Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
}
