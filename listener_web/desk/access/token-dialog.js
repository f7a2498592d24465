/** The dialog with the links that were given out: all of them, or those of one event. */
import { getJson, send } from '../../shared/api.js';
import { h } from '../../shared/dom.js';
import { eventAddress, showOver } from '../../shared/organizer.js';
import { explained, inSentences } from '../../i18n/error-words.js';
import { say } from '../../i18n/say.js';
import { TokenForm } from './token-form.js';
import { tokenRow } from './token-row.js';

/** @typedef {import('../api-types.js').DeskEvent} DeskEvent */

/**
 * @typedef {object} Token
 * @property {string} id
 * @property {string} name
 * @property {import('./session.js').AccessRole} role
 * @property {string[]} scopes
 * @property {'active' | 'expired' | 'revoked'} state
 * @property {boolean} session
 * @property {string | null} created_at ISO 8601
 * @property {string} created_by
 * @property {string | null} expires_at ISO 8601
 * @property {string | null} used_at ISO 8601
 * @property {number} made how many valid links its holder gave out, and those who have them, and so on
 */
/** @typedef {Token & {token: string, link: string | null, qr: string}} NewToken */

export class TokenDialog {
  #path;
  #list = h('ul', { class: 'token-list' });
  #none = h('p', { class: 'soft', hidden: true }, say('accessNone'));
  #problem = h('p', { class: 'notice', 'data-tone': 'bad', role: 'alert', hidden: true });
  #form;
  #dialog;
  #failed;

  /**
   * @param {DeskEvent | null} event null for all links of this installation
   * @param {(error: unknown) => void} failed shows what went wrong before the dialog is there
   */
  constructor(event, failed) {
    this.#failed = failed;
    this.#path = event === null ? '/api/tokens' : `${eventAddress(event.id)}/tokens`;
    this.#form = new TokenForm(this.#path, event, {
      created: () => void this.#show().catch((error) => this.#tell(error)),
      failed: (error) => this.#tell(error),
    });
    const heading = event === null ? say('accessLinks') : say('accessOf', { title: event.title });
    const title = h('h2', { id: 'access-title', dir: 'auto', tabIndex: -1 }, heading);
    const close = h('button', { type: 'button', class: 'button' }, say('accessClose'));
    close.addEventListener('click', () => this.#dialog.close());
    this.#dialog = h(
      'dialog',
      { class: 'card confirm access', 'aria-labelledby': 'access-title' },
      title,
      h('p', { class: 'soft' }, say('accessHow')),
      this.#problem,
      this.#form.element,
      this.#list,
      this.#none,
      h('div', { class: 'row end' }, close),
    );
  }

  /**
   * Show it over the page, with the links as they are now.
   *
   * @param {HTMLElement | null} opener gets the focus back
   */
  async open(opener) {
    try {
      await this.#show();
    } catch (error) {
      this.#failed(error);
      return;
    }
    showOver(this.#dialog, opener);
  }

  async #show() {
    /** @type {Token[]} */
    const tokens = await getJson(this.#path);
    const active = tokens.filter(({ state }) => state === 'active');
    const ended = tokens.filter(({ state }) => state !== 'active');
    this.#list.replaceChildren(
      ...[...active, ...ended].map((token) => tokenRow(token, (withMade) => this.#revoke(token, withMade))),
    );
    this.#none.hidden = tokens.length > 0;
  }

  /**
   * @param {Token} token
   * @param {boolean} withMade whether the links that its holder gave out are revoked too
   */
  async #revoke(token, withMade) {
    try {
      await send(`${this.#path}/${token.id}${withMade ? '?made=true' : ''}`, { method: 'DELETE' });
      await this.#show();
      this.#problem.hidden = true;
      this.#dialog.querySelector('h2')?.focus(); // the button that had it is gone
    } catch (error) {
      this.#tell(error);
    }
  }

  /** @param {unknown} error */
  #tell(error) {
    this.#problem.textContent = inSentences(explained(error));
    this.#problem.hidden = false;
  }
}
