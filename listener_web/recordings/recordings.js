/**
 * The organizer's page of an event's recordings: the switch, the parts with their files, and a player.
 *
 * `part-table.js` shows the files of a part, and `sound-player.js` plays one with its captions.
 */
import { openSession } from '../desk/access/session.js';
import { explained } from '../i18n/error-words.js';
import { languageChoice } from '../i18n/language-choice.js';
import { loadWords, say } from '../i18n/say.js';
import { getJson, sendJson } from '../shared/api.js';
import { byId, h, pathSegment, setText } from '../shared/dom.js';
import { eventAddress } from '../shared/organizer.js';
import { PartTable } from './part-table.js';
import { stateWords, uploadWords } from './recording-words.js';
import { SoundPlayer } from './sound-player.js';

/** @typedef {import('./recording-words.js').Recordings} Recordings */

const LOOK_EVERY_MS = 5_000;
const event = pathSegment(2);
const path = `${eventAddress(event)}/recordings`;
const problem = byId('problem', HTMLElement);
const record = byId('record', HTMLInputElement);
/** @type {Map<number, PartTable>} */
const tables = new Map();
/** @type {SoundPlayer} */
let player;

/** @param {unknown} error */
function fail(error) {
  const [sentence, hint] = explained(error);
  problem.replaceChildren(h('strong', {}, sentence), ' ', hint);
  problem.hidden = false;
}

/**
 * @param {string} id of the element
 * @param {string} words
 * @param {string} look
 */
function showState(id, words, look) {
  const state = byId(id, HTMLElement);
  state.dataset.status = look;
  if (state.textContent !== words) {
    state.replaceChildren(h('span', { class: 'dot', 'aria-hidden': 'true' }), words);
  }
}

/** @param {Recordings} recordings */
function show(recordings) {
  problem.hidden = true;
  record.disabled = false;
  record.checked = recordings.record;
  setText(byId('title', HTMLElement), recordings.title);
  showState('state', ...stateWords(recordings));
  byId('copies', HTMLElement).hidden = recordings.upload === null;
  if (recordings.upload !== null) showState('copies', ...uploadWords(recordings.upload));
  byId('none', HTMLElement).hidden = recordings.parts.length > 0 || !recordings.folder;
  byId('all', HTMLElement).hidden = recordings.parts.length === 0;
  const wanted = new Set(recordings.parts.map(({ part }) => part));
  for (const [number, table] of tables) {
    if (wanted.has(number)) continue;
    table.element.remove();
    tables.delete(number);
  }
  for (const part of recordings.parts) {
    let table = tables.get(part.part);
    if (table === undefined) {
      table = new PartTable(path, event, (channel) => void player.play(part.part, channel).catch(fail));
      tables.set(part.part, table);
      byId('parts', HTMLElement).append(table.element);
    }
    table.show(part);
  }
}

async function look() {
  try {
    show(await getJson(path));
  } catch (error) {
    fail(error);
  }
  setTimeout(look, LOOK_EVERY_MS);
}

record.addEventListener('change', async () => {
  record.disabled = true;
  try {
    show(await sendJson('PATCH', path, { record: record.checked }));
  } catch (error) {
    record.checked = !record.checked;
    record.disabled = false;
    fail(error);
  }
});

await loadWords();
byId('brand', HTMLElement).append(languageChoice());
byId('zip', HTMLAnchorElement).href = `${path}.zip`;
byId('matroska', HTMLAnchorElement).href = `${path}.mkv`;
byId('mp4', HTMLAnchorElement).href = `${path}.mp4`;
player = new SoundPlayer(path);
try {
  await openSession();
  await look();
} catch (error) {
  fail(error);
}
document.title = say('recordingsTitle');
