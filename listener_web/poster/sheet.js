/** Draws what is printed: the QR code, the other ways to the event, and what to do in each language. */
import { h } from '../shared/dom.js';
import { inTwoParts } from '../shared/organizer.js';
import { say } from '../i18n/say.js';

/** More languages than this are written smaller, without the AI notice in each. */
const FEW = 6;
/** The room for sentences; of further languages there are only the names. */
const MOST_SENTENCES = 12;
const LONG_TITLE = 40;

/**
 * A language on the sheet.
 *
 * @typedef {object} Wording
 * @property {string} tag
 * @property {string} name its own name for itself
 * @property {string} dir
 * @property {string} [steps] what to do; missing if the page has no words in this language
 * @property {string} [aiNotice]
 */

/**
 * A picture of a QR code, and what it says.
 *
 * @typedef {{name: string, password: string, picture: string}} Wifi
 */

/**
 * What is printed.
 *
 * @typedef {object} SheetContent
 * @property {string} title
 * @property {string} starts the planned start in words, or empty
 * @property {string} picture address of the QR code of the attendees' link
 * @property {string} host where the code is typed
 * @property {string} code or empty
 * @property {readonly Wording[]} wordings
 * @property {Wifi | null} wifi
 * @property {string} aiNotice in the organizer's own words, or empty for those of each language
 */

/**
 * One sheet or card.
 *
 * @param {SheetContent} content
 */
export function drawSheet(content) {
  const spoken = content.wordings.filter((wording) => wording.steps !== undefined);
  const sentences = spoken.slice(0, MOST_SENTENCES);
  const others = content.wordings.filter((wording) => !sentences.includes(wording));
  const sheet = h(
    'section',
    {
      class: 'sheet',
      'data-title': content.title.length > LONG_TITLE ? 'long' : 'short',
      'data-languages': sentences.length > FEW ? 'many' : 'few',
    },
    h('h2', { dir: 'auto' }, content.title),
  );
  if (content.starts !== '') sheet.append(h('p', { class: 'starts' }, content.starts));
  const ways = [join(content)];
  if (content.wifi) ways.unshift(wifi(content.wifi));
  sheet.append(h('div', { class: 'ways' }, ...ways));
  const withNotice = content.aiNotice === '' && sentences.length <= FEW;
  sheet.append(h('ul', {}, ...sentences.map((wording) => item(wording, withNotice))));
  if (others.length > 0) sheet.append(names(others));
  const notice = content.aiNotice || (sentences.length > FEW ? sentences[0]?.aiNotice : '');
  if (notice) sheet.append(h('p', { class: 'ai', dir: 'auto' }, notice));
  return sheet;
}

/** @param {SheetContent} content */
function join({ picture, host, code }) {
  const image = h('img', { src: picture, alt: say('codeOfAttendees') });
  const typed = code === '' ? [] : [h('p', { class: 'code' }, inTwoParts(code))];
  return h('div', { class: 'way join' }, image, h('p', { class: 'address', dir: 'ltr' }, host), ...typed);
}

/** @param {Wifi} network */
function wifi({ name, password, picture }) {
  return h(
    'div',
    { class: 'way wifi' },
    h('img', { src: picture, alt: say('codeOfWifi') }),
    h('p', {}, 'Wi-Fi: ', h('strong', {}, name)),
    ...(password === '' ? [] : [h('p', { dir: 'ltr' }, password)]),
  );
}

/**
 * @param {Wording} wording
 * @param {boolean} withNotice
 */
function item({ tag, name, dir, steps = '', aiNotice = '' }, withNotice) {
  const notice = withNotice ? [h('small', {}, aiNotice)] : [];
  return h('li', { lang: tag, dir }, h('strong', {}, name), steps, ...notice);
}

/** @param {readonly Wording[]} others */
function names(others) {
  const parts = others.flatMap(({ tag, name, dir }, number) => [
    ...(number > 0 ? [' · '] : []),
    h('bdi', { lang: tag, dir }, name),
  ]);
  return h('p', { class: 'others' }, ...parts);
}
