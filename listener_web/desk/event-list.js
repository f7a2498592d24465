/** The list of events: their order, groups, and the search. */
import { EventCard } from './event-card.js';
import { byId, h, setText } from '../shared/dom.js';
import { EVENT_STATES } from '../shared/organizer.js';
import { say } from '../i18n/say.js';
import { languageName } from '../i18n/written.js';
import { compareConferences, conferenceGroup, dayOf, onConferences } from './rooms/known-conferences.js';

/** @typedef {import('./api-types.js').DeskEvent} DeskEvent */
/** @typedef {import('./api-types.js').EventState} EventState */

/** With more events the search is shown, and cards that need nothing are closed. */
const FEW = 6;
/** @type {EventState[]} */
const ORDER = ['live', 'paused', 'open', 'draft', 'closed', 'archived'];
const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

export class EventList {
  #element = byId('events', HTMLElement);
  #tools = byId('event-tools', HTMLElement);
  #search = byId('event-search', HTMLInputElement);
  #sort = byId('event-sort', HTMLSelectElement);
  #group = byId('event-group', HTMLSelectElement);
  #found = byId('event-count', HTMLElement);
  /** @type {Map<string, EventCard>} */
  #cards = new Map();
  /** Whether all events are being told. */
  #loading = true;
  #opened = false;
  /** Ids of events that were not told again yet. @type {Set<string>} */
  #unconfirmed = new Set();
  #on;

  /** @param {import('./event-actions.js').Listeners} on */
  constructor(on) {
    this.#on = on;
    onConferences(() => this.#showConferences());
    for (const control of [this.#search, this.#sort, this.#group]) {
      control.addEventListener('input', () => this.#arrange());
    }
  }

  /** @param {boolean} hidden */
  set hidden(hidden) {
    this.#element.hidden = hidden;
    this.#tools.hidden = hidden || this.#cards.size <= FEW;
  }

  /** All events are told from scratch; those that are not are gone. */
  beginAgain() {
    this.#loading = true;
    this.#unconfirmed = new Set(this.#cards.keys());
  }

  /** All events were told: show them. */
  ready() {
    this.#loading = false;
    for (const id of this.#unconfirmed) {
      this.#cards.get(id)?.check.end();
      this.#cards.delete(id);
    }
    this.#unconfirmed.clear();
    if (!this.#opened) {
      this.#opened = true;
      const few = this.#cards.size <= FEW;
      for (const card of this.#cards.values()) card.open(few || runs(card.event.state));
    }
    this.#arrange();
  }

  /** @param {DeskEvent} event new or changed; an older version than the one shown is ignored */
  show(event) {
    const known = this.#cards.get(event.id);
    this.#unconfirmed.delete(event.id);
    if (known) {
      if (event.version >= known.event.version) known.show(event);
    } else {
      const card = new EventCard(event, this.#on);
      this.#cards.set(event.id, card);
      if (this.#opened) card.open(true);
    }
    if (!this.#loading) this.#arrange();
  }

  /**
   * @param {string} id
   * @param {import('./api-types.js').EventStatus} status
   */
  showStatus(id, status) {
    this.#cards.get(id)?.showStatus(status);
  }

  /**
   * @param {string} id
   * @param {import('./check/panel.js').CheckReport} report of the event's last sound check
   */
  showCheck(id, report) {
    this.#cards.get(id)?.check.show(report);
  }

  /**
   * @param {string} id
   * @param {import('./outputs/output-words.js').CaptionOutput[]} outputs of the event
   */
  showOutputs(id, outputs) {
    this.#cards.get(id)?.outputs.show(outputs);
  }

  /**
   * @param {string} id
   * @param {import('./inputs/pulled-words.js').PulledInput[]} pulled inputs of the event
   */
  showPulled(id, pulled) {
    this.#cards.get(id)?.pulled.show(pulled);
  }

  /** @param {string} id */
  remove(id) {
    const card = this.#cards.get(id);
    const focused = card?.element.contains(document.activeElement);
    card?.check.end();
    this.#cards.delete(id);
    this.#arrange();
    if (focused) byId('new-event', HTMLButtonElement).focus();
  }

  /** Titles and time zones of conferences may have changed. */
  #showConferences() {
    if (this.#loading) return;
    for (const card of this.#cards.values()) if (card.event.conference) card.show(card.event);
    this.#arrange();
  }

  /** Put the cards that are wanted into their order; those that stay are not moved. */
  #arrange() {
    const all = [...this.#cards.values()];
    const wanted = all
      .filter(({ event }) => matches(event, this.#search.value))
      .sort((one, other) => compare(one.event, other.event, this.#sort.value));
    if (this.#group.value === 'conference') {
      wanted.sort((one, other) => compareConferences(one.event, other.event));
    }
    /** @type {Map<string, HTMLElement[]>} */
    const groups = new Map();
    for (const card of wanted) {
      const name = groupOf(card.event, this.#group.value);
      groups.set(name, [...(groups.get(name) ?? []), card.element]);
    }
    const shown = [...groups].flatMap(([name, cards]) =>
      name === '' ? cards : [this.#heading(name, cards.length), ...cards],
    );
    keepOrder(this.#element, shown);
    this.#tools.hidden = this.#element.hidden || all.length <= FEW;
    byId('no-events', HTMLElement).hidden = all.length > 0;
    const count = all.length;
    const shownCount = wanted.length;
    const text =
      shownCount === count
        ? say('eventsAll', { count })
        : say('eventsFound', { found: shownCount, count });
    setText(this.#found, text);
  }

  /**
   * @param {string} name
   * @param {number} count
   */
  #heading(name, count) {
    const found = [...this.#element.querySelectorAll('.group')].find(
      (one) => one instanceof HTMLElement && one.dataset.group === name,
    );
    const heading = found instanceof HTMLElement ? found : h('p', { class: 'group' });
    heading.dataset.group = name;
    setText(heading, say('eventsGroup', { name, count }));
    return heading;
  }
}

/**
 * Give an element these children. A child that is in its place keeps its focus.
 *
 * @param {HTMLElement} parent
 * @param {HTMLElement[]} children
 */
function keepOrder(parent, children) {
  const wanted = new Set(children);
  for (const child of [...parent.children]) {
    if (!wanted.has(/** @type {HTMLElement} */ (child))) child.remove();
  }
  for (const [number, child] of children.entries()) {
    const there = parent.children[number];
    if (there !== child) parent.insertBefore(child, there ?? null);
  }
}

/** @param {EventState} state */
function runs(state) {
  return state === 'live' || state === 'paused';
}

/**
 * Whether an event has all words of a search in its title, address, code or languages.
 *
 * @param {DeskEvent} event
 * @param {string} search
 */
export function matches(event, search) {
  const { title, id, code, languages } = event;
  const names = languages.flatMap(({ tag, name, english_name }) => [
    tag,
    name,
    english_name,
    languageName(tag, english_name),
  ]);
  const text = [title, id, code, ...names].join(' ').toLocaleLowerCase();
  return search
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/**
 * @param {DeskEvent} one
 * @param {DeskEvent} other
 * @param {string} by `state`, `start` or `title`
 */
export function compare(one, other, by) {
  const byTitle = collator.compare(one.title, other.title) || collator.compare(one.id, other.id);
  if (by === 'title') return byTitle;
  const states = ORDER.indexOf(one.state) - ORDER.indexOf(other.state);
  const starts = startOf(one) - startOf(other) || 0;
  return by === 'start' ? starts || byTitle : states || starts || byTitle;
}

/** @param {DeskEvent} event */
function startOf({ starts_at }) {
  return starts_at === null ? Number.MAX_SAFE_INTEGER : Date.parse(starts_at);
}

/**
 * The name of an event's group.
 *
 * @param {DeskEvent} event
 * @param {string} by `state`, `day`, `conference` or nothing
 */
export function groupOf(event, by) {
  const { state, starts_at } = event;
  if (by === 'conference') return conferenceGroup(event);
  if (by === 'state') return say(EVENT_STATES[state][0]);
  if (by === 'day') return starts_at === null ? say('eventsNoStart') : dayOf(event, starts_at);
  return '';
}
