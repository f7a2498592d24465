/** One connected screen on the desk, with what can be changed about it. */
import { h, setText } from '../../shared/dom.js';
import { say } from '../../i18n/say.js';
import { whole } from '../../i18n/written.js';
import { channelName } from '../live/alarm-words.js';

/** @typedef {import('../../screen/screen-settings.js').DeskSettings} DeskSettings */

/**
 * A connected screen as the API has it.
 *
 * @typedef {object} ConnectedScreen
 * @property {string} id
 * @property {string} name may be empty
 * @property {'screen' | 'monitor'} kind
 * @property {string} shows what it says that it shows
 * @property {DeskSettings} settings of the desk
 */

const SIZES = [3, 4, 5, 6, 8, 10, 12];
const LINES = [1, 2, 3, 4, 6, 8, 10, 12];

export class ScreenRow {
  element = h('li', { class: 'screen-row' });
  #change;
  #name = h('h3', { class: 'screen-name', dir: 'auto' });
  #shows = h('p', { class: 'soft' });
  #blank = h('button', { type: 'button', class: 'button small' });
  #first = select();
  #second = select();
  #size = select();
  #lines = select();
  /** @type {ConnectedScreen | null} */
  #screen = null;
  #channels = '';

  /**
   * @param {boolean} isMonitor
   * @param {boolean} mayChange
   * @param {(change: Partial<DeskSettings>) => void} change
   */
  constructor(isMonitor, mayChange, change) {
    this.#change = change;
    const head = h('div', { class: 'screen-head' }, h('div', {}, this.#name, this.#shows));
    this.element.append(head);
    if (isMonitor || !mayChange) return;
    head.append(this.#blank);
    fillNumbers(this.#size, SIZES);
    fillNumbers(this.#lines, LINES);
    this.element.append(
      h(
        'div',
        { class: 'screen-fields' },
        field(say('screensFirst'), this.#first),
        field(say('screensSecond'), this.#second),
        field(say('screensSize'), this.#size),
        field(say('screensLines'), this.#lines),
      ),
    );
    this.#blank.addEventListener('click', () => this.#change({ blank: this.#screen?.settings.blank !== true }));
    for (const input of [this.#first, this.#second]) {
      input.addEventListener('change', () => this.#change({ languages: this.#languages() }));
    }
    this.#size.addEventListener('change', () => this.#change({ size: numberOf(this.#size) }));
    this.#lines.addEventListener('change', () => this.#change({ lines: numberOf(this.#lines) }));
  }

  /**
   * @param {ConnectedScreen} screen
   * @param {string[]} channels ids of those of the event
   */
  show(screen, channels) {
    this.#screen = screen;
    const { name, kind, shows, settings } = screen;
    const isBlank = settings.blank === true;
    const title = kind === 'monitor' ? name || say('screensMonitor') : name || say('screensNameless');
    setText(this.#name, title);
    const parts = shows.split(', ').filter(Boolean).map(channelName);
    if (kind === 'monitor') parts.unshift(say('screensMonitor'));
    if (isBlank) parts.unshift(say('screensBlankMark'));
    setText(this.#shows, parts.join(' · '));
    this.element.dataset.blank = String(isBlank);
    setText(this.#blank, say(isBlank ? 'screensShow' : 'screensBlank'));
    this.#blank.setAttribute('aria-label', `${say(isBlank ? 'screensShow' : 'screensBlank')}: ${title}`);
    this.#offer(channels);
    const [first, second] = settings.languages ?? [];
    if (document.activeElement !== this.#first) this.#first.value = first ?? '';
    if (document.activeElement !== this.#second) this.#second.value = second ?? '';
    this.#second.disabled = !first;
    showNumber(this.#size, settings.size, SIZES);
    showNumber(this.#lines, settings.lines, LINES);
  }

  /** @param {string[]} channels */
  #offer(channels) {
    if (channels.join() === this.#channels) return;
    this.#channels = channels.join();
    const options = () => channels.map((id) => h('option', { value: id }, channelName(id)));
    this.#first.replaceChildren(h('option', { value: '' }, say('screensOwn')), ...options());
    this.#second.replaceChildren(h('option', { value: '' }, say('screensNone')), ...options());
  }

  #languages() {
    if (this.#first.value === '') return null;
    return [...new Set([this.#first.value, this.#second.value])].filter(Boolean);
  }
}

function select() {
  return h('select', { class: 'input' });
}

/**
 * @param {string} label
 * @param {HTMLElement} control
 */
function field(label, control) {
  return h('label', { class: 'field' }, label, control);
}

/**
 * @param {HTMLSelectElement} input
 * @param {number[]} numbers
 */
function fillNumbers(input, numbers) {
  input.append(
    h('option', { value: '' }, say('screensOwn')),
    ...numbers.map((one) => h('option', { value: String(one) }, whole(one))),
  );
}

/**
 * @param {HTMLSelectElement} input
 * @param {number | null} value one that is not offered was set by a program
 * @param {number[]} numbers
 */
function showNumber(input, value, numbers) {
  if (document.activeElement === input) return;
  if (value !== null && !numbers.includes(value) && !input.querySelector(`option[value="${value}"]`)) {
    input.append(h('option', { value: String(value) }, String(value)));
  }
  input.value = value === null ? '' : String(value);
}

/** @param {HTMLSelectElement} input */
function numberOf(input) {
  return input.value === '' ? null : Number(input.value);
}
