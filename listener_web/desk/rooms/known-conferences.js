/** The conferences that the desk knows: their names, rooms and time zones. */
import { say } from '../../i18n/say.js';
import { longDay } from '../../i18n/written.js';
import { safeZone } from '../../programme/times.js';
import { clockTime } from './zone-times.js';

/** @typedef {import('../api-types.js').DeskEvent} DeskEvent */
/**
 * @typedef {object} KnownConference what everybody is told
 * @property {string} id
 * @property {string} title
 * @property {string} time_zone an IANA name
 * @property {string[]} rooms
 */
/** @typedef {Pick<DeskEvent, 'conference' | 'room' | 'time_zone' | 'starts_at'>} Place */

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
/** @type {Map<string, KnownConference>} */
const known = new Map();
/** @type {Set<() => void>} */
const listeners = new Set();

/** @param {() => void} changed called after each change */
export function onConferences(changed) {
  listeners.add(changed);
}

/** @param {KnownConference} conference new or changed */
export function noteConference(conference) {
  known.set(conference.id, conference);
  tell();
}

/** @param {string} id */
export function forgetConference(id) {
  known.delete(id);
  tell();
}

export function forgetConferences() {
  known.clear();
}

/** All conferences, by title. */
export function conferences() {
  return [...known.values()].sort((one, other) => collator.compare(one.title, other.title));
}

/** @param {string | null | undefined} id */
export function conferenceOf(id) {
  return id ? known.get(id) : undefined;
}

/**
 * The time zone of an event's planned times; undefined for that of this device.
 *
 * @param {Pick<DeskEvent, 'conference' | 'time_zone'>} event
 * @returns {string | undefined} an IANA name
 */
export function zoneOf({ conference, time_zone }) {
  return time_zone ?? conferenceOf(conference)?.time_zone;
}

/**
 * The name of the group of an event: its conference, room and day.
 *
 * @param {Place} event
 */
export function conferenceGroup(event) {
  const { conference, room, starts_at } = event;
  if (!conference) return say('eventsNoConference');
  const title = conferenceOf(conference)?.title ?? conference;
  const place = room ? say('conferenceAndRoom', { conference: title, room }) : title;
  return starts_at === null ? place : say('scheduleGroupDay', { place, day: dayOf(event, starts_at) });
}

/**
 * The order of the groups: conferences by title, in each the days, then the rooms.
 *
 * @param {Place} one
 * @param {Place} other
 */
export function compareConferences(one, other) {
  const [before, after] = [sortKeys(one), sortKeys(other)];
  for (const [number, key] of before.entries()) {
    const order = collator.compare(key, after[number] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

/**
 * The day of an event in its time zone.
 *
 * @param {Place} event
 * @param {string} startsAt ISO 8601
 */
export function dayOf(event, startsAt) {
  const zone = zoneOf(event);
  return longDay(new Date(startsAt), zone === undefined ? undefined : safeZone(zone));
}

/** @param {Place} event */
function sortKeys(event) {
  const { conference, room, starts_at } = event;
  const title = conferenceOf(conference)?.title ?? conference ?? '';
  const day = clockTime(starts_at, zoneOf(event)).slice(0, 10);
  return [conference ? '0' : '1', title, conference ?? '', conference ? day : '', room ?? ''];
}

function tell() {
  for (const changed of listeners) changed();
}
