/** Gives out a link: its name, what it may do, how long; then shows it once, also as a QR code. */
import { sendJson } from '../../shared/api.js';
import { h, setText } from '../../shared/dom.js';
import { copyLink } from '../../shared/organizer.js';
import { say } from '../../i18n/say.js';
import { languageName } from '../../i18n/written.js';

/** @typedef {import('../api-types.js').DeskEvent} DeskEvent */
/** @typedef {import('./token-dialog.js').NewToken} NewToken */

const DAY_MS = 24 * 3_600_000;
const DAYS = [0, 1, 7, 30];
const OF_EVENT = /** @type {const} */ ([
  'technician',
  'reviewer',
  'stage',
  'microphone',
  'interpreter',
  'organizer',
]);
const OF_ALL = /** @type {const} */ (['organizer', 'technician', 'reviewer', 'admin']);

export class TokenForm {
  #path;
  #event;
  #on;
  #name = h('input', { class: 'input', name: 'name', maxLength: 80, required: true });
  #role = h('select', { class: 'input', name: 'role' });
  #channel = h('select', { class: 'input', name: 'channel' });
  #channelLabel = h('label', { class: 'field', hidden: true }, say('accessLanguage'), this.#channel);
  #channels = h('div', { class: 'token-channels', role: 'group', hidden: true });
  #days = h('select', { class: 'input', name: 'days' });
  #about = h('p', { class: 'soft' });
  #submit = h('button', { type: 'submit', class: 'button primary' }, say('accessCreate'));
  #made = h('div', { class: 'token-made', role: 'status' });
  #form = h('form', { class: 'token-form', autocomplete: 'off' });
  /** The form, and below it the link that was made. */
  element = h('div', {}, this.#form, this.#made);

  /**
   * @param {string} path of the tokens in the API
   * @param {DeskEvent | null} event null for links to all events
   * @param {{created: () => void, failed: (error: unknown) => void}} on
   */
  constructor(path, event, on) {
    this.#path = path;
    this.#event = event;
    this.#on = on;
    this.#name.placeholder = say('accessNameExample');
    for (const role of event === null ? OF_ALL : OF_EVENT) {
      this.#role.append(h('option', { value: role }, say(`role_${role}`)));
    }
    for (const { tag } of event?.languages ?? []) {
      this.#channel.append(h('option', { value: tag }, languageName(tag)));
    }
    if (event !== null) this.#offerChannels(['floor', ...event.languages.map(({ tag }) => tag)]);
    for (const days of DAYS) {
      const words = days === 0 ? say('accessUntilRevoked') : say('accessDays', { count: days });
      this.#days.append(h('option', { value: String(days) }, words));
    }
    this.#role.addEventListener('change', () => this.#explain());
    this.#form.append(
      h('label', { class: 'field' }, say('accessName'), this.#name),
      h('label', { class: 'field' }, say('accessRole'), this.#role),
      this.#channelLabel,
      this.#channels,
      h('label', { class: 'field' }, say('accessValid'), this.#days),
      this.#about,
      this.#submit,
    );
    this.#form.addEventListener('submit', (submit) => {
      submit.preventDefault();
      void this.#create();
    });
    this.#explain();
  }

  /** @param {string[]} channels to which a reviewer can be limited */
  #offerChannels(channels) {
    const words = say('accessChannels');
    this.#channels.setAttribute('aria-label', words);
    this.#channels.append(h('span', { class: 'field' }, words));
    for (const channel of channels) {
      const name = channel === 'floor' ? say('channelFloor') : languageName(channel);
      const box = h('input', { type: 'checkbox', name: 'channels', value: channel });
      this.#channels.append(h('label', { class: 'check' }, box, h('span', {}, name)));
    }
  }

  get #chosen() {
    return /** @type {typeof OF_EVENT[number] | 'admin'} */ (this.#role.value);
  }

  #explain() {
    const role = this.#chosen;
    this.#channelLabel.hidden = role !== 'interpreter';
    this.#channels.hidden = role !== 'reviewer' || this.#event === null;
    setText(this.#about, say(`about_${role}`));
  }

  async #create() {
    const role = this.#chosen;
    const days = Number(this.#days.value);
    /** @type {Record<string, unknown>} */
    const body = { name: this.#name.value, role: role === 'microphone' ? 'stage' : role };
    if (days > 0) body.expires_at = new Date(Date.now() + days * DAY_MS).toISOString();
    if (role === 'interpreter') body.channel = this.#channel.value;
    if (role === 'microphone') body.channel = 'floor';
    if (!this.#channels.hidden) body.channels = new FormData(this.#form).getAll('channels');
    const everywhere = role === 'technician' || role === 'reviewer';
    if (this.#event === null && everywhere) body.scopes = ['all'];
    this.#submit.disabled = true;
    try {
      this.#show(await sendJson('POST', this.#path, body));
      this.#form.reset();
      this.#explain();
      this.#on.created();
    } catch (error) {
      this.#on.failed(error);
    } finally {
      this.#submit.disabled = false;
    }
  }

  /** @param {NewToken} made */
  #show({ name, link, token, qr }) {
    const text = link ?? token;
    const copy = h('button', { type: 'button', class: 'button copy-token' }, say('copyLink'));
    copy.addEventListener('click', () => void copyLink(copy, text));
    const shown = h('input', { class: 'input', readOnly: true, value: text, dir: 'ltr' });
    shown.setAttribute('aria-label', say('accessLinkOf', { name }));
    this.#made.replaceChildren(
      h('p', {}, h('strong', { dir: 'auto' }, name), ' ', say('accessOnce')),
      h(
        'div',
        { class: 'token-link' },
        h('img', { src: qr, alt: say('accessCodeOf', { name }), width: 132, height: 132 }),
        h('div', { class: 'token-text' }, shown, copy),
      ),
    );
  }
}
