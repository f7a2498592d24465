// Conferences on the desk: groups by title and day, and planned times in the zone of the event.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { beforeEach, test } from 'node:test';
import { groupOf } from '../../listener_web/desk/event-list.js';
import {
  compareConferences,
  forgetConference,
  forgetConferences,
  noteConference,
  zoneOf,
} from '../../listener_web/desk/rooms/known-conferences.js';
import { clockTime, timeOf } from '../../listener_web/desk/rooms/zone-times.js';
import { useWords } from '../../listener_web/i18n/say.js';

const ENGLISH = new URL('../../listener_web/i18n/organizer/en.json', import.meta.url);
useWords(JSON.parse(await readFile(ENGLISH, 'utf8')));

const WATER = { id: 'water-k7f2qx', title: 'Water', time_zone: 'Asia/Tokyo', rooms: ['Hall 1'] };
const TALK = {
  state: 'open',
  conference: WATER.id,
  room: 'Hall 1',
  time_zone: null,
  starts_at: '2026-11-26T23:30:00Z',
};

beforeEach(() => {
  forgetConferences();
  noteConference(WATER);
});

test('a group has the title of its conference, the room, and the day there', () => {
  assert.equal(groupOf(TALK, 'conference'), 'Water, Hall 1 · Friday, November 27, 2026');
  assert.equal(groupOf({ ...TALK, room: null, starts_at: null }, 'conference'), 'Water');
  assert.equal(groupOf(TALK, 'day'), 'Friday, November 27, 2026');
  assert.equal(groupOf({ ...TALK, conference: null }, 'conference'), 'Without a conference');
  forgetConference(WATER.id);
  assert.match(groupOf(TALK, 'conference'), /^water-k7f2qx, Hall 1/);
});

test('the zone of an event goes before that of its conference', () => {
  assert.equal(zoneOf(TALK), 'Asia/Tokyo');
  assert.equal(zoneOf({ ...TALK, time_zone: 'Europe/Berlin' }), 'Europe/Berlin');
  assert.equal(zoneOf({ ...TALK, conference: null }), undefined);
});

test('groups are in the order of title, day and room, and events without a conference are last', () => {
  noteConference({ ...WATER, id: 'a', title: 'Air' });
  const events = [
    { ...TALK, name: '5', conference: null },
    { ...TALK, name: '4', starts_at: '2026-11-28T01:00:00Z' },
    { ...TALK, name: '3', room: 'Hall 10' },
    { ...TALK, name: '2', room: 'Hall 2' },
    { ...TALK, name: '1', conference: 'a' },
  ];
  assert.equal(events.sort(compareConferences).map(({ name }) => name).join(''), '12345');
});

test('a planned time is that of a clock in its zone, also when the clocks change', () => {
  const berlin = 'Europe/Berlin';
  for (const [clock, time] of [
    ['2026-11-27T14:00', '2026-11-27T13:00:00Z'],
    ['2026-07-27T14:00', '2026-07-27T12:00:00Z'],
    ['2026-03-29T03:30', '2026-03-29T01:30:00Z'],
    ['2026-10-25T02:30', '2026-10-25T00:30:00Z'],
    ['2026-10-25T03:30', '2026-10-25T02:30:00Z'],
  ]) {
    assert.equal(timeOf(clock, berlin), time);
    assert.equal(clockTime(time, berlin), clock);
  }
  assert.equal(timeOf('2026-03-29T02:30', berlin), '2026-03-29T01:30:00Z');
  assert.equal(clockTime('2026-11-27T23:30:00Z', 'Asia/Tokyo'), '2026-11-28T08:30');
  assert.equal(timeOf('', berlin), null);
  assert.equal(clockTime(null, berlin), '');
});
