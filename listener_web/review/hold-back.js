/** Holds captions back for some seconds, so that they can be corrected before anybody sees them. */
import { send } from '../shared/api.js';
import { h, setText } from '../shared/dom.js';
import { eventAddress } from '../shared/organizer.js';
import { say } from '../i18n/say.js';

const CHOICES = [0, 3, 5, 10, 15, 20, 30];

export class HoldBack {
  #path;
  #failed;
  #choice = h('select', { class: 'input', name: 'hold' });
  #state = h('p', { class: 'hold-state status', role: 'status', 'data-status': 'connecting', hidden: true });
  element;

  /**
   * @param {string} event id
   * @param {boolean} maySet whether this reviewer may change it
   * @param {(error: unknown) => void} failed
   */
  constructor(event, maySet, failed) {
    this.#path = `${eventAddress(event)}/hold`;
    this.#failed = failed;
    for (const seconds of CHOICES) this.#offer(seconds);
    this.#choice.disabled = !maySet;
    this.#choice.addEventListener('change', () => void this.#set(Number(this.#choice.value)));
    const label = h('label', { class: 'field' }, say('reviewHold'), this.#choice);
    const help = h('p', { class: 'soft', id: 'hold-help' }, say('reviewHoldHelp'));
    this.#choice.setAttribute('aria-describedby', 'hold-help');
    this.element = h('section', { class: 'hold card' }, label, this.#state, help);
  }

  /** @param {number} seconds for which captions are held back now */
  show(seconds) {
    if (![...this.#choice.options].some(({ value }) => value === String(seconds))) this.#offer(seconds);
    this.#choice.value = String(seconds);
    this.#state.hidden = seconds === 0;
    setText(this.#state, say('reviewHeldBack', { seconds }));
  }

  /** @param {number} seconds */
  #offer(seconds) {
    const words = seconds === 0 ? say('reviewHoldOff') : say('reviewHoldSeconds', { seconds });
    this.#choice.append(h('option', { value: String(seconds) }, words));
  }

  /** @param {number} seconds */
  async #set(seconds) {
    try {
      const headers = { 'Content-Type': 'application/json' };
      await send(this.#path, { method: 'POST', headers, body: JSON.stringify({ seconds }) });
    } catch (error) {
      this.#failed(error);
    }
  }
}
