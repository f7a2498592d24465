/**
 * The technician's page: one event, or all that run, in figures that can be read from two metres away.
 *
 * `room-view.js` shows an event with a `channel-tile.js` for each channel. `alarm-list.js` shows what
 * is wrong, in the words of `alarm-words.js`; `sound-panel.js` lets it be heard. `listen-in.js` plays a
 * channel, and `log-pane.js` tells what was done and what happened. Everything comes by the one stream
 * of `../changes-feed.js`.
 */
import { ApiError } from '../../shared/api.js';
import { byId, h, pathSegment } from '../../shared/dom.js';
import { keepScreenOn } from '../../shared/wake.js';
import { explained } from '../../i18n/error-words.js';
import { languageChoice } from '../../i18n/language-choice.js';
import { loadWords, say } from '../../i18n/say.js';
import { openSession } from '../access/session.js';
import { AnnouncementPanel } from '../announcements/announcement-panel.js';
import { ChangesFeed } from '../changes-feed.js';
import { ScreenPanel } from '../screens/screen-panel.js';
import { AlarmList } from './alarm-list.js';
import { LimitsForm } from './limits-form.js';
import { ListenIn } from './listen-in.js';
import { LogPane } from './log-pane.js';
import { RoomView } from './room-view.js';
import { SoundPanel } from './sound-panel.js';

/** @typedef {import('../api-types.js').DeskEvent} DeskEvent */
/** @typedef {import('../api-types.js').EventStatus} EventStatus */

/** Live events come first, then those that may go live. */
const ORDER = ['live', 'paused', 'open'];

const SHOW_MS = 1_000;

/** The one event that is shown; empty for all. */
const only = pathSegment(2);
const problem = byId('problem', HTMLElement);
const rooms = byId('rooms', HTMLElement);
/** @type {Map<string, RoomView>} */
const views = new Map();
/** Titles of all events, also of those that are not shown. @type {Map<string, string>} */
const titles = new Map();
/** @type {LogPane | null} */
let log = null;
/** @type {LimitsForm | null} */
let limits = null;
/** @type {AnnouncementPanel | null} */
let announcements = null;
/** @type {ScreenPanel | null} */
let screens = null;
let connectedScreens = /** @type {import('../screens/screen-row.js').ConnectedScreen[]} */ ([]);
/** Those of the one event, which may be told before it is shown. */
let announced = /** @type {import('../announcements/announcement-item.js').DeskAnnouncement[]} */ ([]);

/** What interpreters wrote, by event, which may be told before it is shown. */
const written = /** @type {Map<string, Record<string, import('../consoles/booth-messages.js').BoothMessage[]>>} */ (
  new Map()
);

/** @param {unknown} error */
function fail(error) {
  if (error instanceof ApiError && error.status === 401) {
    location.assign('/desk');
    return;
  }
  tell(...explained(error));
}

/**
 * @param {string} sentence
 * @param {string} hint
 */
function tell(sentence, hint) {
  problem.replaceChildren(h('strong', {}, sentence), hint);
  problem.hidden = false;
}

/** @param {DeskEvent} event */
function isShown({ id, state }) {
  return only === '' ? ORDER.includes(state) : id === only;
}

/** @param {DeskEvent} event */
function showEvent(event) {
  titles.set(event.id, event.title);
  const view = views.get(event.id);
  if (!isShown(event)) {
    remove(event.id);
    return;
  }
  if (view) view.update(event);
  else views.set(event.id, new RoomView(event, (one, channel) => listenIn.listen(one, channel), fail));
  views.get(event.id)?.messages.take(written.get(event.id) ?? {});
  if (only !== '') {
    if (log === null) {
      log = new LogPane(event.id, fail);
      byId('log-place', HTMLElement).append(log.element);
      byId('log-place', HTMLElement).hidden = false;
      limits = new LimitsForm(event, fail);
      byId('settings', HTMLElement).append(limits.element);
      announcements = new AnnouncementPanel(event);
      screens = new ScreenPanel(event);
      rooms.after(announcements.element, screens.element);
    }
    limits?.show(event);
    announcements?.update(event);
    announcements?.take(announced);
    screens?.update(event);
    screens?.take(connectedScreens);
  }
  arrange();
  alarmList.show();
}

/** Put the rooms into their order. */
function arrange() {
  const sorted = [...views.values()].sort(
    (a, b) =>
      ORDER.indexOf(a.event.state) - ORDER.indexOf(b.event.state) ||
      a.event.title.localeCompare(b.event.title),
  );
  sorted.forEach(({ element }, place) => {
    if (rooms.children[place] !== element) rooms.insertBefore(element, rooms.children[place] ?? null);
  });
  byId('no-rooms', HTMLElement).hidden = views.size > 0;
}

/** @param {string} id */
function remove(id) {
  views.get(id)?.element.remove();
  views.delete(id);
  arrange();
}

await loadWords();
document.body.dataset.view = only === '' ? 'all' : 'one';
byId('brand', HTMLElement).append(languageChoice());
const alarmList = new AlarmList(
  (event) => only === '' || event === only,
  (event) => titles.get(event) ?? event,
);
const sound = new SoundPanel(() => alarmList.alarms);
const listenIn = new ListenIn();
byId('sound-bar', HTMLElement).append(sound.element);
rooms.after(listenIn.element);
byId('settings', HTMLElement).append(sound.choices);
alarmList.show();
keepScreenOn(true);
openSession().catch(fail);
// For tests and support: the sound of the alarms as this page makes it.
Object.assign(window, { broadcasterAlarms: sound.player });

// A status is told only when it has changed, but the lines and ages go on.
setInterval(() => {
  for (const view of views.values()) view.show(Date.now());
}, SHOW_MS);

new ChangesFeed({
  reset: () => {
    for (const id of [...views.keys()]) remove(id);
    alarmList.clear();
  },
  event: showEvent,
  deleted: ({ id }) => {
    written.delete(id);
    remove(id);
  },
  status: ({ id, status }) => views.get(id)?.take(status),
  store: () => undefined,
  alarms: ({ id, alarms }) => {
    alarmList.take(id, alarms);
    sound.look();
  },
  announcements: ({ id, announcements: told }) => {
    if (id !== only) return;
    announced = told.announcements;
    announcements?.take(announced);
  },
  messages: ({ id, messages }) => {
    written.set(id, messages);
    views.get(id)?.messages.take(messages);
  },
  screens: ({ id, screens: told }) => {
    if (id !== only) return;
    connectedScreens = told.screens;
    screens?.take(connectedScreens);
  },
  log: ({ id, log: told }) => {
    if (id === only) log?.told(told.entries);
  },
  ready: arrange,
  connection: (connected) => {
    document.body.dataset.connected = String(connected);
    if (connected) problem.hidden = true;
    else tell(say('connectionLost'), say('connectionLostNext'));
  },
  failed: fail,
});
