/**
 * The organizer's page of conferences: a form, a card for each with its links, and the import of a
 * programme with a preview of its changes.
 */
import { ChangesFeed } from '../desk/changes-feed.js';
import { explained } from '../i18n/error-words.js';
import { languageChoice } from '../i18n/language-choice.js';
import { loadWords, say } from '../i18n/say.js';
import { send } from '../shared/api.js';
import { byId, h } from '../shared/dom.js';
import { inTwoParts } from '../shared/organizer.js';
import { ConferenceForm } from './conference-form.js';
import { ProgrammeImport } from './programme-import.js';

/** @typedef {import('./conference-form.js').Conference} Conference */

const ADDRESS = '/api/conferences';
const problem = byId('problem', HTMLElement);
const list = byId('list', HTMLElement);

/** @param {unknown} error */
function fail(error) {
  const [what, next] = explained(error);
  problem.replaceChildren(h('strong', {}, what), next);
  problem.hidden = false;
  problem.scrollIntoView({ block: 'nearest' });
}

/** @param {boolean} connected */
function showConnection(connected) {
  if (connected === !problem.hasAttribute('data-lost')) return;
  problem.toggleAttribute('data-lost', !connected);
  problem.hidden = connected;
  if (!connected) {
    problem.replaceChildren(h('strong', {}, say('connectionLost')), say('connectionLostNext'));
  }
}

/** @type {Map<string, Conference>} */
const conferences = new Map();
/** Whether all conferences are being told. */
let loading = true;

/** Show all conferences by title; a card that is shown already stays as it is. */
function arrange() {
  if (loading) return;
  const focused = document.activeElement?.closest('.conference');
  const inImport = document.activeElement?.closest('.import') !== null;
  byId('none', HTMLElement).hidden = conferences.size > 0;
  const sorted = [...conferences.values()].sort((one, other) => one.title.localeCompare(other.title));
  const cards = sorted.map((one) => cardOf(one));
  const wanted = new Set(cards);
  for (const shown of [...list.children]) {
    if (!wanted.has(/** @type {HTMLElement} */ (shown))) shown.remove();
  }
  for (const [number, one] of cards.entries()) {
    if (list.children[number] !== one) list.insertBefore(one, list.children[number] ?? null);
  }
  const isLost = !list.contains(document.activeElement);
  if (focused instanceof HTMLElement && isLost) {
    giveFocusBack(focused.dataset.conference ?? '', inImport);
  }
}

/** @type {Map<string, {version: number, element: HTMLElement}>} */
const cards = new Map();

/** @param {Conference} conference */
function cardOf(conference) {
  const known = cards.get(conference.id);
  if (known?.version === conference.version) return known.element;
  const element = card(conference);
  cards.set(conference.id, { version: conference.version, element });
  return element;
}

/** @param {Conference} conference whose file was imported: its card begins again */
function imported({ id }) {
  cards.delete(id);
  arrange();
  // New rooms may have made the card again already while the import ran.
  if (document.activeElement === document.body) giveFocusBack(id, true);
}

/**
 * A card is made again; the one that had the focus gets it back.
 *
 * @param {string} id of the conference
 * @param {boolean} inImport whether the import had it
 */
function giveFocusBack(id, inImport) {
  const made = list.querySelector(`[data-conference="${CSS.escape(id)}"]`);
  const control = made?.querySelector(inImport ? 'input[type=file]' : 'button') ?? add;
  if (control instanceof HTMLElement) control.focus();
}

/** @param {Conference} conference */
function card(conference) {
  const { id, title, code, rooms, time_zone: zone, links } = conference;
  const address = `${ADDRESS}/${encodeURIComponent(id)}`;
  const edit = h('button', { class: 'button', type: 'button' }, say('conferenceEdit'));
  edit.addEventListener('click', () => form.open(conference, edit));
  const remove = h('button', { class: 'button danger', type: 'button' }, say('conferenceDelete'));
  remove.addEventListener('click', () => void deleteConference(address, conference));
  const poster = `/desk/poster/conference/${encodeURIComponent(id)}`;
  return h(
    'section',
    { class: 'card conference', 'aria-label': title, 'data-conference': id },
    h('h2', { dir: 'auto' }, title),
    h('p', { class: 'soft' }, `${zone} · ${rooms.join(', ') || say('conferenceNoRooms')}`),
    h(
      'p',
      {},
      h('a', { href: links.attendee }, links.attendee),
      ` · ${say('conferenceCode')} `,
      h('span', { class: 'code', dir: 'ltr' }, inTwoParts(code)),
    ),
    h('div', { class: 'row' }, edit, h('a', { class: 'button', href: poster }, say('posterTitle')), remove),
    new ProgrammeImport(`${address}/programme`, { failed: fail, done: () => imported(conference) }).element,
  );
}

/**
 * @param {string} address
 * @param {Conference} conference
 */
async function deleteConference(address, { title, version }) {
  if (!confirm(say('conferenceDeleteSure', { title }))) return;
  const headers = { Accept: 'application/json', 'If-Match': `"${version}"` };
  try {
    await send(`${address}?events=delete`, { method: 'DELETE', headers });
  } catch (error) {
    fail(error);
  }
}

await loadWords();
byId('brand', HTMLElement).append(languageChoice());
const form = new ConferenceForm(ADDRESS, { failed: fail, saved: () => (problem.hidden = true) });
const add = byId('new', HTMLButtonElement);
add.addEventListener('click', () => form.open(null, add));
add.disabled = false;
new ChangesFeed(
  {
    reset: () => {
      loading = true;
      conferences.clear();
    },
    conference: (conference) => {
      conferences.set(conference.id, /** @type {Conference} */ (conference));
      arrange();
    },
    conference_deleted: ({ id }) => {
      conferences.delete(id);
      arrange();
    },
    ready: () => {
      loading = false;
      arrange();
    },
    connection: showConnection,
    failed: fail,
  },
  '/api/changes?only=conferences',
);
