/**
 * A poster or table cards for the audience of an event, in the event's languages.
 *
 * The sheets are drawn by `sheet.js` and printed by the browser, whose fonts have all scripts.
 */
import { getJson, send } from '../shared/api.js';
import { byId, pathSegment, setText } from '../shared/dom.js';
import { eventAddress } from '../shared/organizer.js';
import { explained, inSentences } from '../i18n/error-words.js';
import { bestMatch } from '../i18n/languages.js';
import { LANGUAGES, directionOf } from '../i18n/localise.js';
import { loadWords, say } from '../i18n/say.js';
import { drawSheet } from './sheet.js';

/** @typedef {import('../desk/api-types.js').DeskEvent} DeskEvent */
/** @typedef {import('./sheet.js').Wording} Wording */
/** @typedef {import('./sheet.js').Wifi} Wifi */

const CARDS = 4;
/** While somebody types a password, not every letter is worth a picture. */
const TYPING_MS = 400;

const isConference = pathSegment(3) !== '';
const path = isConference
  ? `/api/conferences/${encodeURIComponent(pathSegment(3))}`
  : eventAddress(pathSegment(2));
const size = byId('size', HTMLSelectElement);
const wifiName = byId('wifi-name', HTMLInputElement);
const wifiPassword = byId('wifi-password', HTMLInputElement);
const printButton = byId('print', HTMLButtonElement);

/**
 * The words of one language, if the page has them.
 *
 * @param {{tag: string, name?: string}} language whose own name the browser knows, if it is not given
 * @returns {Promise<Wording>}
 */
async function wording({ tag, name: given }) {
  const name = given ?? new Intl.DisplayNames(tag, { type: 'language' }).of(tag) ?? tag;
  const dir = directionOf(tag);
  const match = bestMatch([tag], LANGUAGES);
  if (match === undefined) return { tag, name, dir };
  const { posterSteps, aiNotice } = await getJson(`/static/i18n/${match}.json`);
  return { tag, name, dir, steps: posterSteps, aiNotice };
}

/**
 * The Wi-Fi network as it is typed now, with its QR code.
 *
 * @returns {Promise<Wifi | null>}
 */
async function wifi() {
  const [name, password] = [wifiName.value, wifiPassword.value];
  if (name === '') return null;
  const response = await send('/api/wifi-qr', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'image/svg+xml, application/json' },
    body: JSON.stringify({ name, password, security: password === '' ? 'nopass' : 'WPA' }),
  });
  const picture = `data:image/svg+xml,${encodeURIComponent(await response.text())}`;
  return { name, password, picture };
}

/** @param {unknown} error */
function fail(error) {
  const problem = byId('problem', HTMLElement);
  problem.hidden = false;
  setText(problem, inSentences(explained(error)));
}

/** @param {string | null} startsAt ISO 8601 */
function startInWords(startsAt) {
  if (startsAt === null) return '';
  const time = new Date(startsAt);
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' }).format(time);
}

/**
 * @param {DeskEvent} event
 * @param {readonly Wording[]} wordings
 */
async function draw(event, wordings) {
  const sheets = byId('sheets', HTMLElement);
  const content = {
    title: event.title,
    starts: startInWords(event.starts_at ?? null),
    picture: `${path}/qr/attendee.svg`,
    host: new URL(event.links.attendee).host,
    code: event.code,
    aiNotice: event.ai_notice ?? '',
    wordings,
    wifi: await wifi(),
  };
  byId('problem', HTMLElement).hidden = true;
  const copies = size.value === 'cards' ? CARDS : 1;
  sheets.dataset.size = size.value;
  sheets.replaceChildren(...Array.from({ length: copies }, () => drawSheet(content)));
  const pictures = [...sheets.querySelectorAll('img')];
  await Promise.all(pictures.map((image) => image.decode()));
  printButton.disabled = false;
}

await loadWords();
try {
  /** @type {DeskEvent} */
  const event = await getJson(path);
  document.title = say('posterOf', { title: event.title });
  for (const form of ['svg', 'png']) byId(form, HTMLAnchorElement).href = `${path}/qr/attendee.${form}`;
  const wordings = await Promise.all(event.languages.map(wording));
  let drawing = draw(event, wordings);
  const again = () => {
    printButton.disabled = true;
    drawing = drawing.catch(() => {}).then(() => draw(event, wordings));
    drawing.catch(fail);
  };
  let typing = 0;
  for (const field of [wifiName, wifiPassword]) {
    field.addEventListener('input', () => {
      printButton.disabled = true;
      clearTimeout(typing);
      typing = window.setTimeout(again, TYPING_MS);
    });
  }
  size.addEventListener('change', again);
  byId('options', HTMLFormElement).addEventListener('submit', (submit) => {
    submit.preventDefault();
    print();
  });
  await drawing;
} catch (error) {
  fail(error);
}
