/** The fields about when and where: conference, room, planned times, and what happens by itself. */
import { say } from '../../i18n/say.js';
import { zoneName } from '../../programme/times.js';
import { h, setText } from '../../shared/dom.js';
import { conferenceOf, conferences, onConferences, zoneOf } from './known-conferences.js';
import { clockTime, isOwnZone, timeOf } from './zone-times.js';

/** @typedef {import('../api-types.js').DeskEvent} DeskEvent */
/**
 * @typedef {Pick<DeskEvent, 'conference' | 'room' | 'starts_at' | 'ends_at' | 'auto_open_minutes'
 *   | 'auto_live'>} ScheduleValues
 */

class TimeField {
  #input;
  #name = h('span');
  /** @type {string | null} */
  #before = null;
  element;

  /**
   * @param {string} name
   * @param {'Start' | 'End'} which
   */
  constructor(name, which) {
    this.which = which;
    this.#input = h('input', { class: 'input', name, type: 'datetime-local' });
    this.element = h('label', { class: 'field' }, this.#name, this.#input);
  }

  /**
   * @param {string | null} time ISO 8601
   * @param {string | undefined} zone
   */
  fill(time, zone) {
    this.#before = time;
    this.#input.value = clockTime(time, zone);
    this.#showZone(zone);
  }

  /**
   * Another zone was chosen: what was typed stays, and a time that was not touched keeps its moment.
   *
   * @param {string | undefined} from
   * @param {string | undefined} to
   */
  move(from, to) {
    if (this.#input.value === clockTime(this.#before, from)) {
      this.#input.value = clockTime(this.#before, to);
    }
    this.#showZone(to);
  }

  /** @param {string | undefined} zone */
  value(zone) {
    const untouched = this.#input.value === clockTime(this.#before, zone);
    return untouched ? this.#before : timeOf(this.#input.value, zone);
  }

  /** @param {string | undefined} zone */
  #showZone(zone) {
    const locale = document.documentElement.lang || 'en';
    const text =
      zone === undefined || isOwnZone(zone)
        ? say(this.which === 'Start' ? 'joinStart' : 'joinEnd')
        : say(this.which === 'Start' ? 'scheduleStart' : 'scheduleEnd', {
            zone: zoneName(zone, new Date(), locale),
          });
    setText(this.#name, text);
  }
}

export class ScheduleFields {
  #conference = h('select', {
    class: 'input',
    name: 'conference',
    onchange: () => this.#moveToZone(),
  });
  #room = h('input', { class: 'input', name: 'room', maxLength: 80, autocomplete: 'off' });
  #rooms = h('datalist', { id: 'event-rooms' });
  #start = new TimeField('starts-at', 'Start');
  #end = new TimeField('ends-at', 'End');
  #opens = h('input', {
    class: 'input',
    name: 'auto-open-minutes',
    type: 'number',
    min: '0',
    max: '1440',
    step: '1',
    placeholder: say('scheduleByHand'),
  });
  #live = h('input', { type: 'checkbox', name: 'auto-live' });
  /** The event's own zone, which a conference does not change. @type {string | null} */
  #ownZone = null;
  /** @type {string | undefined} */
  #zone;
  element = h(
    'div',
    { class: 'join-options' },
    h('label', { class: 'field' }, say('scheduleConference'), this.#conference),
    h('label', { class: 'field' }, say('scheduleRoom'), this.#room, this.#rooms),
    this.#start.element,
    this.#end.element,
    h('label', { class: 'field' }, say('scheduleOpens'), this.#opens),
    h('label', { class: 'check' }, this.#live, h('span', {}, say('scheduleGoesLive'))),
  );

  constructor() {
    this.#room.setAttribute('list', this.#rooms.id);
    onConferences(() => {
      this.#showChoices(this.#conference.value);
      this.#moveToZone();
    });
  }

  /** @param {DeskEvent | null} event null for the values of a new one */
  fill(event) {
    this.#ownZone = event?.time_zone ?? null;
    this.#showChoices(event?.conference ?? '');
    this.#room.value = event?.room ?? '';
    this.#zone = this.#chosenZone;
    this.#start.fill(event?.starts_at ?? null, this.#zone);
    this.#end.fill(event?.ends_at ?? null, this.#zone);
    this.#opens.value = String(event?.auto_open_minutes ?? '');
    this.#live.checked = event?.auto_live ?? false;
    this.#showRooms();
  }

  /** The entered values, in the form of the API. @returns {ScheduleValues} */
  get values() {
    return {
      conference: this.#conference.value || null,
      room: this.#room.value.trim() || null,
      starts_at: this.#start.value(this.#zone),
      ends_at: this.#end.value(this.#zone),
      auto_open_minutes: this.#opens.value === '' ? null : this.#opens.valueAsNumber,
      auto_live: this.#live.checked,
    };
  }

  get #chosenZone() {
    return zoneOf({ conference: this.#conference.value, time_zone: this.#ownZone });
  }

  /** @param {string} chosen id of a conference, or empty */
  #showChoices(chosen) {
    const options = conferences().map(({ id, title }) => h('option', { value: id }, title));
    const isUnknown = chosen !== '' && conferenceOf(chosen) === undefined;
    if (isUnknown) options.push(h('option', { value: chosen }, chosen));
    this.#conference.replaceChildren(
      h('option', { value: '' }, say('scheduleNoConference')),
      ...options,
    );
    this.#conference.value = chosen;
  }

  #showRooms() {
    const rooms = conferenceOf(this.#conference.value)?.rooms ?? [];
    this.#rooms.replaceChildren(...rooms.map((value) => h('option', { value })));
  }

  #moveToZone() {
    const before = this.#zone;
    this.#zone = this.#chosenZone;
    this.#start.move(before, this.#zone);
    this.#end.move(before, this.#zone);
    this.#showRooms();
  }
}
