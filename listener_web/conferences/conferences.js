/**
 * The organizer's page of conferences: a form, a card for each with its links, and the import of a
 * programme with a preview of its changes.
 */
import { explained } from '../i18n/error-words.js';
import { languageChoice } from '../i18n/language-choice.js';
import { loadWords, say } from '../i18n/say.js';
import { getJson, send } from '../shared/api.js';
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

async function refresh() {
  try {
    /** @type {Conference[]} */
    const conferences = await getJson(ADDRESS);
    problem.hidden = true;
    byId('none', HTMLElement).hidden = conferences.length > 0;
    const focused = document.activeElement?.closest('.conference');
    const inImport = document.activeElement?.closest('.import') !== null;
    list.replaceChildren(...conferences.map(card));
    if (focused instanceof HTMLElement) giveFocusBack(focused.dataset.conference ?? '', inImport);
  } catch (error) {
    fail(error);
  }
}

/**
 * The cards are made again; the one that had the focus gets it back.
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
    new ProgrammeImport(`${address}/programme`, { failed: fail, done: () => void refresh() }).element,
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
    await refresh();
  } catch (error) {
    fail(error);
  }
}

await loadWords();
byId('brand', HTMLElement).append(languageChoice());
const form = new ConferenceForm(ADDRESS, { failed: fail, saved: () => void refresh() });
const add = byId('new', HTMLButtonElement);
add.addEventListener('click', () => form.open(null, add));
await refresh();
