/** The caption outputs of one event: Zoom, Teams, YouTube, OBS, vMix, caption encoders. */
import { explained, inSentences } from '../../i18n/error-words.js';
import { say } from '../../i18n/say.js';
import { h } from '../../shared/dom.js';
import { copyLink, eventAddress } from '../../shared/organizer.js';
import { isOver } from '../event-actions.js';
import { OutputForm } from './output-form.js';
import { OutputRow } from './output-row.js';

/** @typedef {import('./output-words.js').CaptionOutput} CaptionOutput */

export class OutputsPanel {
  element;
  #path;
  #list = h('ul', { class: 'output-list' });
  #problem = h('div', { class: 'alert', role: 'alert', hidden: true });
  #add = h(
    'button',
    { type: 'button', class: 'button small output-add', 'data-needs': 'edit_event', 'aria-expanded': 'false' },
    say('outputAdd'),
  );
  #secret = h('input', { class: 'input', readOnly: true, dir: 'ltr', spellcheck: false });
  #secretPart = h('div', { class: 'output-secret', role: 'status', hidden: true });
  #form;
  /** @type {Map<string, OutputRow>} */
  #rows = new Map();
  #isOver = false;

  /** @param {string} id of the event */
  constructor(id) {
    this.#path = `${eventAddress(id)}/outputs`;
    this.#form = new OutputForm(this.#path, {
      added: (secret) => {
        this.#problem.hidden = true;
        this.#open(false);
        this.#showSecret(secret);
      },
      closed: () => this.#open(false),
      failed: (error) => this.#tell(error),
    });
    this.element = h(
      'section',
      { class: 'outputs' },
      h('h3', { tabIndex: -1 }, say('outputsTitle')),
      h('p', { class: 'soft' }, say('outputsWhat')),
      this.#problem,
      this.#list,
      this.#secretPart,
      this.#add,
      this.#form.element,
    );
    this.#add.addEventListener('click', () => this.#open(true));
  }

  /** @param {import('../api-types.js').DeskEvent} event as it is now */
  showEvent(event) {
    this.#form.show(event);
    this.#isOver = isOver(event.state);
    if (this.#isOver) this.#form.element.hidden = true;
    this.#add.hidden = this.#isOver || !this.#form.element.hidden;
    this.#add.setAttribute('aria-label', `${say('outputAdd')}: ${event.title}`);
  }

  /** @param {CaptionOutput[]} outputs of the event, the oldest first */
  show(outputs) {
    const wanted = new Set(outputs.map(({ id }) => id));
    for (const [id, row] of this.#rows) {
      if (wanted.has(id)) continue;
      if (row.element.contains(document.activeElement)) this.element.querySelector('h3')?.focus();
      row.element.remove();
      this.#rows.delete(id);
    }
    for (const output of outputs) {
      const known = this.#rows.get(output.id);
      if (known) {
        known.show(output);
        continue;
      }
      const row = new OutputRow(output, this.#path, (error) => this.#tell(error));
      this.#rows.set(output.id, row);
      this.#list.append(row.element);
    }
  }

  /** @param {string} [secret] of a webhook that was just added */
  #showSecret(secret) {
    this.#secretPart.hidden = secret === undefined;
    if (secret === undefined) return;
    this.#secret.value = secret;
    const copy = h('button', { type: 'button', class: 'button' }, say('outputCopySecret'));
    copy.addEventListener('click', () => void copyLink(copy, secret));
    this.#secretPart.replaceChildren(
      h('p', {}, say('outputSecretOnce')),
      h('label', { class: 'field' }, say('outputSecret'), this.#secret),
      copy,
    );
    this.#secret.focus();
    this.#secret.select();
  }

  /** @param {boolean} open */
  #open(open) {
    this.#form.element.hidden = !open;
    this.#add.hidden = open || this.#isOver;
    this.#add.setAttribute('aria-expanded', String(open));
    if (open) this.#form.begin();
    else this.#add.focus();
  }

  /** @param {unknown} error */
  #tell(error) {
    this.#problem.textContent = inSentences(explained(error));
    this.#problem.hidden = false;
    this.#problem.scrollIntoView({ block: 'nearest' });
  }
}
