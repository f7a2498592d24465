/** Buttons that let one of two compared services come first for a language, and take that back. */
import { sendJson } from '../../shared/api.js';
import { h, setText } from '../../shared/dom.js';
import { eventAddress } from '../../shared/organizer.js';
import { say } from '../../i18n/say.js';
import { languageName } from '../../i18n/written.js';
import { orderOf, ownOrder, withFirst, withOrder } from './order.js';

/** @typedef {import('../api-types.js').DeskEvent} DeskEvent */

export class FirstService {
  #told = h('p', { class: 'soft', role: 'status' });
  #undo = h('button', { type: 'button', class: 'button small comparison-undo', hidden: true }, say('reviewUndo'));
  element;
  #event;
  #tag;
  #known;
  #fail;
  /** The order before the last choice. @type {string[]} */
  #before = [];
  #busy = false;

  /**
   * @param {() => DeskEvent} event as it is now
   * @param {string} tag of the language
   * @param {string[]} services the two that were compared
   * @param {string[]} known all services of the server
   * @param {(error: unknown) => void} fail
   */
  constructor(event, tag, services, known, fail) {
    this.#event = event;
    this.#tag = tag;
    this.#known = known;
    this.#fail = fail;
    const buttons = services.map((service) => this.#button(service));
    this.#undo.addEventListener('click', () => void this.#takeBack());
    this.element = h(
      'div',
      { class: 'comparison-first', 'data-needs': 'edit_event' },
      h('div', { class: 'row' }, ...buttons),
      h('div', { class: 'row' }, this.#told, this.#undo),
    );
  }

  /** @param {string} service */
  #button(service) {
    const button = h(
      'button',
      { type: 'button', class: 'button small comparison-use', 'data-service': service },
      say('compareUse', { service }),
    );
    button.addEventListener('click', () => void this.#use(service));
    return button;
  }

  /** @param {string} service */
  async #use(service) {
    const event = this.#event();
    const before = ownOrder(event, this.#tag);
    const order = withFirst(orderOf(event, this.#tag, this.#known), service);
    if (!(await this.#change(order))) return;
    this.#before = before;
    this.#undo.hidden = false;
    setText(this.#told, say('compareUsed', { service, language: languageName(this.#tag) }));
  }

  async #takeBack() {
    if (!(await this.#change(this.#before))) return;
    this.element.querySelector('button')?.focus();
    this.#undo.hidden = true;
    setText(this.#told, say('reviewSaidUndone'));
  }

  /**
   * @param {string[]} providers
   * @returns {Promise<boolean>} whether the event has this order now
   */
  async #change(providers) {
    if (this.#busy) return false;
    this.#busy = true;
    const event = this.#event();
    try {
      const body = withOrder(event, this.#tag, providers);
      await sendJson('PATCH', eventAddress(event.id), body, { 'If-Match': `"${event.version}"` });
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    } finally {
      this.#busy = false;
    }
  }
}
