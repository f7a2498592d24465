/** One event on the desk: its state, its links and what is measured. */
import { sendJson } from '../shared/api.js';
import { CheckPanel } from './check/panel.js';
import { PulledPanel } from './inputs/panel.js';
import { OutputsPanel } from './outputs/panel.js';
import { channelRows, channelTable, showRows } from './channel-table.js';
import { CostLine } from './cost-line.js';
import { EventActions, isOver } from './event-actions.js';
import { PauseNotice } from './join-options.js';
import { recordingsLine } from './recordings/recordings-line.js';
import { ReviewLine } from './review/review-line.js';
import { StereoChoice } from './stereo-choice.js';
import { h, setText } from '../shared/dom.js';
import { EVENT_STATES, copyLink, eventAddress, inTwoParts, livePage } from '../shared/organizer.js';
import { judge, levelMeter, showLevel } from '../shared/level.js';
import { floorFault, warningWords } from '../i18n/finding-words.js';
import { say, sayWith } from '../i18n/say.js';
import { dayAndTime, languageName } from '../i18n/written.js';
import { zoneOf } from './rooms/known-conferences.js';
import { plannedTime } from './rooms/zone-times.js';

/** @typedef {import('./api-types.js').DeskEvent} DeskEvent */
/** @typedef {import('./api-types.js').EventState} EventState */
/** @typedef {import('./api-types.js').EventStatus} EventStatus */
/** @typedef {import('./api-types.js').FloorStatus} FloorStatus */

export class EventCard {
  /** The card itself. */
  element = h('section', { class: 'event card' });
  /** The event's sound check. @type {CheckPanel} */
  check;
  /** Where its captions go besides our own pages. @type {OutputsPanel} */
  outputs;
  /** The inputs that the server fetches itself. @type {PulledPanel} */
  pulled;
  #event;
  #fail;
  #actions;
  #title = h('h2', { dir: 'auto' });
  #state = h('p', { class: 'status', role: 'status' });
  #when = h('p', { class: 'soft when' });
  #toggle = h('button', { type: 'button', class: 'button small toggle' });
  #live = h('a', { class: 'button small live-link' }, say('liveTitle'));
  /** What an open card shows, made when it is opened for the first time. @type {HTMLElement | null} */
  #details = null;
  #links = h('div', { class: 'links' });
  #shownLinks = '';
  #floorWords = h('p', { class: 'status floor-words' });
  #meter = levelMeter(say('floorLevel'));
  #warnings = h('div', { class: 'warnings', role: 'status' });
  #table = channelTable();
  #cost;
  #stereo;
  #measured;
  #review;
  #pause;
  #restarting = false;
  /** @type {EventStatus | null} */
  #status = null;

  /**
   * @param {DeskEvent} event
   * @param {import('./event-actions.js').Listeners} on
   */
  constructor(event, on) {
    this.#event = event;
    this.#fail = on.failed;
    this.element.dataset.event = event.id;
    const path = eventAddress(event.id);
    this.check = new CheckPanel(event.id, on.failed);
    this.outputs = new OutputsPanel(event.id);
    this.pulled = new PulledPanel(event.id);
    this.#actions = new EventActions(event, on, () => this.check.confirmLive());
    this.#cost = new CostLine(path, on.failed);
    this.#stereo = new StereoChoice(path, event.stereo_input, on.failed);
    this.#review = new ReviewLine(event.id);
    this.#pause = new PauseNotice((notice) => this.#actions.take('pause', { notice }));
    this.#measured = h(
      'div',
      { class: 'measured' },
      h('div', { class: 'floor' }, this.#floorWords, this.#meter),
      this.#stereo.element,
      this.#table,
      this.#review.element,
      this.#cost.element,
    );
    this.#table.addEventListener('click', (click) => void this.#restart(click));
    this.#toggle.addEventListener('click', () => this.open(!this.#isOpen));
    const name = h('div', { class: 'event-name' }, this.#title, this.#state, this.check.light, this.#when);
    this.#live.href = livePage(event.id);
    this.#actions.element.append(this.#live, this.#toggle);
    const head = h('div', { class: 'event-head' }, name, this.#actions.element);
    this.element.append(head, this.#warnings, this.#pause.element);
    this.open(false);
    this.show(event);
  }

  get event() {
    return this.#event;
  }

  /**
   * Show or hide the links and what is measured.
   *
   * @param {boolean} open
   */
  open(open) {
    if (open && this.#details === null) {
      const { check, outputs, pulled } = this;
      const recordings = recordingsLine(this.#event.id);
      const wires = [pulled.element, outputs.element];
      const parts = [this.#links, check.element, this.#measured, ...wires, recordings];
      this.#details = h('div', { class: 'details' }, ...parts);
      this.element.append(this.#details);
    }
    if (this.#details) this.#details.hidden = !open;
    const { title } = this.#event;
    setText(this.#toggle, say(open ? 'showLess' : 'showMore'));
    this.#toggle.setAttribute('aria-label', say(open ? 'showLessOf' : 'showMoreOf', { title }));
    this.#toggle.setAttribute('aria-expanded', String(open));
    this.#showLinks();
    if (this.#status) this.showStatus(this.#status);
  }

  /** @param {DeskEvent} event as it is now */
  show(event) {
    this.#event = event;
    const { state, starts_at, delete_at } = event;
    const [key, look] = EVENT_STATES[state];
    const over = isOver(state);
    this.#live.hidden = over || state === 'draft';
    this.#live.setAttribute('aria-label', say('liveViewOf', { title: event.title }));
    this.element.dataset.state = state;
    setText(this.#title, event.title);
    if (this.#state.dataset.state !== state) {
      this.#state.dataset.state = state;
      this.#state.dataset.status = look;
      this.#state.replaceChildren(h('span', { class: 'dot', 'aria-hidden': 'true' }), say(key));
    }
    const planned =
      over || starts_at === null
        ? ''
        : say('eventStarts', { time: plannedTime(starts_at, zoneOf(event)) });
    const gone =
      delete_at === null ? '' : say('eventDeleted', { time: dayAndTime(new Date(delete_at)) });
    setText(this.#when, planned || gone);
    this.#toggle.hidden = state === 'archived'; // it has no links, and nothing is measured
    this.#measured.hidden = over;
    this.check.element.hidden = over;
    this.outputs.element.hidden = state === 'archived'; // webhooks go on after the end
    this.pulled.element.hidden = over;
    this.check.light.hidden = over;
    this.check.showEvent(event);
    this.outputs.showEvent(event);
    this.#warnings.hidden = over;
    const warnings = event.warnings.map((warning) =>
      h('p', { class: 'notice', 'data-tone': 'warn' }, warningWords(warning, event.languages)),
    );
    this.#warnings.replaceChildren(...warnings);
    this.#actions.show(event);
    this.#pause.show(event);
    this.#stereo.choose(event.stereo_input);
    this.#showLinks();
  }

  /** @param {EventStatus} status what is measured now */
  showStatus(status) {
    this.#status = status;
    this.check.showFloor(status.floor);
    if (!this.#isOpen) return;
    this.#showFloor(status.floor);
    showRows(this.#table, channelRows(status.channels, this.#event.languages));
    this.#cost.show(status);
    this.#review.show(status.review);
  }

  get #isOpen() {
    return this.#details !== null && this.#details.hidden === false;
  }

  /** @param {MouseEvent} click */
  async #restart(click) {
    const button = /** @type {HTMLElement} */ (click.target).closest('button');
    const channel = button?.dataset.restart;
    if (!button || !channel || this.#restarting) return;
    this.#restarting = true;
    const path = `${eventAddress(this.#event.id)}/channels`;
    try {
      await sendJson('POST', `${path}/${encodeURIComponent(channel)}/restart`, {});
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#restarting = false;
    }
  }

  #showLinks() {
    const { links, code } = this.#event;
    const all = `${links.attendee} ${links.stage} ${code}`;
    if (this.#details === null || this.#shownLinks === all) return;
    this.#shownLinks = all;
    this.#links.replaceChildren(this.#link('attendee'), this.#link('stage'));
  }

  /** @param {FloorStatus | null} floor */
  #showFloor(floor) {
    const { words, look } = describeFloor(floor);
    this.#floorWords.dataset.status = look;
    this.#floorWords.replaceChildren(h('span', { class: 'dot', 'aria-hidden': 'true' }), words);
    const level = floor?.publisher ? floor.level_dbfs : -100;
    showLevel(this.#meter, level, judge(level, floor?.clipping ? 0 : -100));
    this.#stereo.show(floor);
  }

  /** @param {'attendee' | 'stage'} kind */
  #link(kind) {
    const url = this.#event.links[kind];
    const image = `${eventAddress(this.#event.id)}/qr/${kind}.svg`;
    const alt = say(kind === 'attendee' ? 'codeOfAttendees' : 'codeOfSpeaker');
    const copy = h(
      'button',
      { type: 'button', class: 'button copy', 'data-link': kind },
      say('copyLink'),
    );
    copy.addEventListener('click', () => void copyLink(copy, url));
    const needs = kind === 'stage' ? { 'data-needs': 'read_stage_key' } : {};
    return h(
      'div',
      { class: 'link', ...needs },
      h(
        'a',
        { class: 'link-qr', href: image, target: '_blank', rel: 'noopener' },
        h('img', { src: image, alt, loading: 'lazy', width: 88, height: 88 }),
      ),
      h(
        'div',
        { class: 'link-text' },
        h('strong', {}, say(kind === 'attendee' ? 'linkAttendees' : 'linkSpeaker')),
        h('a', { dir: 'ltr', href: url, target: '_blank', rel: 'noopener' }, url.replace(/#.*/, '')),
        ...(kind === 'attendee' ? this.#code(url) : []),
        h('div', { class: 'row' }, copy, ...(kind === 'attendee' ? [this.#poster()] : [])),
      ),
    );
  }

  #poster() {
    const href = `/desk/poster/${encodeURIComponent(this.#event.id)}`;
    return h('a', { class: 'button', href }, say('posterTitle'));
  }

  /**
   * The other way to the event, for people who cannot scan.
   *
   * @param {string} url
   */
  #code(url) {
    const { code } = this.#event;
    if (code === '') return [];
    const host = h('strong', { dir: 'ltr' }, new URL(url).host);
    const spoken = h('strong', { class: 'code', dir: 'ltr' }, inTwoParts(code));
    return [h('p', { class: 'link-code' }, ...sayWith('linkCode', { host, code: spoken }))];
  }
}

/** @param {FloorStatus | null} floor */
function describeFloor(floor) {
  if (floor === null) return { words: say('floorNone'), look: 'failed' };
  if (!floor.publisher) return { words: say('floorNoSpeaker'), look: 'idle' };
  if (floor.error === 'undecodable_audio') return { words: floorFault(floor), look: 'failed' };
  const dbfs = Math.round(floor.level_dbfs);
  if (floor.clipping) return { words: say('floorTooLoud', { dbfs }), look: 'failed' };
  if (floor.silent_ms >= 2_000) {
    const seconds = Math.round(floor.silent_ms / 1000);
    return { words: say('floorSilent', { seconds }), look: 'connecting' };
  }
  const words = floor.language
    ? say('floorSpeaks', { dbfs, language: languageName(floor.language) })
    : say('floorConnected', { dbfs });
  return { words, look: 'good' };
}
