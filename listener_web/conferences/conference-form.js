/** The form that makes and changes conferences. */
import { say } from '../i18n/say.js';
import { sendJson } from '../shared/api.js';
import { byId, h, setText } from '../shared/dom.js';

/**
 * @typedef {object} Conference
 * @property {string} id
 * @property {number} version `If-Match` takes it
 * @property {string} title
 * @property {string} time_zone an IANA name
 * @property {string[]} rooms
 * @property {string} code what attendees type
 * @property {{tag: string, interpreter: string, always: boolean, voice: string | null}[]} languages
 * @property {number | null} auto_open_minutes
 * @property {boolean} auto_live
 * @property {{attendee: string}} links
 */

const title = byId('title', HTMLInputElement);
const zone = byId('zone', HTMLInputElement);
const rooms = byId('rooms', HTMLTextAreaElement);
const tags = byId('tags', HTMLInputElement);
const minutes = byId('minutes', HTMLInputElement);
const live = byId('live', HTMLInputElement);

export class ConferenceForm {
  #form = byId('form', HTMLFormElement);
  /** @type {Conference | null} */
  #before = null;
  /** @type {HTMLElement | null} */
  #opener = null;

  /**
   * @param {string} address of all conferences
   * @param {{failed: (error: unknown) => void, saved: () => void}} on
   */
  constructor(address, on) {
    const intl = /** @type {{supportedValuesOf?: (kind: string) => string[]}} */ (
      /** @type {unknown} */ (Intl)
    );
    const zones = intl.supportedValuesOf?.('timeZone') ?? [];
    byId('zones', HTMLElement).append(...zones.map((value) => h('option', { value })));
    byId('cancel', HTMLButtonElement).addEventListener('click', () => this.#close());
    this.#form.addEventListener('submit', (submit) => {
      submit.preventDefault();
      void this.#save(address).then(() => {
        this.#close();
        on.saved();
      }, on.failed);
    });
  }

  /**
   * @param {Conference | null} conference null for a new one
   * @param {HTMLElement} opener gets the focus back
   */
  open(conference, opener) {
    this.#before = conference;
    this.#opener = opener;
    setText(byId('form-title', HTMLElement), say(conference ? 'conferenceEdit' : 'conferenceNew'));
    title.value = conference?.title ?? '';
    zone.value = conference?.time_zone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
    rooms.value = conference?.rooms.join('\n') ?? '';
    tags.value = conference?.languages.map(({ tag }) => tag).join(', ') ?? '';
    minutes.value = String((conference ? conference.auto_open_minutes : 10) ?? '');
    live.checked = conference?.auto_live ?? false;
    this.#form.hidden = false;
    title.focus();
  }

  #close() {
    this.#form.hidden = true;
    this.#opener?.focus();
  }

  /** @param {string} address */
  async #save(address) {
    const known = new Map(this.#before?.languages.map((one) => [one.tag, one]));
    const body = {
      title: title.value,
      time_zone: zone.value,
      rooms: parts(rooms.value, '\n'),
      languages: parts(tags.value, ',').map((tag) => known.get(tag) ?? tag),
      auto_open_minutes: minutes.value === '' ? null : Number(minutes.value),
      auto_live: live.checked,
    };
    if (this.#before === null) return sendJson('POST', address, body);
    const { id, version } = this.#before;
    const headers = { 'If-Match': `"${version}"` };
    return sendJson('PATCH', `${address}/${encodeURIComponent(id)}`, body, headers);
  }
}

/**
 * @param {string} text
 * @param {string} separator
 */
function parts(text, separator) {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
