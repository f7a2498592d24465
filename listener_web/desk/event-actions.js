/** The buttons of one event: the next step, and all others in a menu. */
import { send, sendJson } from '../shared/api.js';
import { TokenDialog } from './access/token-dialog.js';
import { SummaryDialog } from './summary-dialog.js';
import { byId, h, setText } from '../shared/dom.js';
import { eventAddress } from '../shared/organizer.js';
import { say } from '../i18n/say.js';

/** @typedef {import('./api-types.js').DeskEvent} DeskEvent */
/** @typedef {import('./api-types.js').EventState} EventState */

/** The next step in each state. */
const NEXT = /** @type {const} */ ({
  draft: { action: 'open', key: 'stepOpen' },
  open: { action: 'live', key: 'stepLive' },
  live: { action: 'pause', key: 'stepPause' },
  paused: { action: 'resume', key: 'stepResume' },
  closed: { action: 'reopen', key: 'stepReopen' },
  archived: { action: 'reopen', key: 'stepReopen' },
});
/** The steps that a technician may take, too. */
const CONTROL = new Set(['live', 'pause', 'resume']);
/**
 * Whether nobody can speak into an event in this state or listen to it.
 *
 * @param {EventState} state
 */
export function isOver(state) {
  return state === 'closed' || state === 'archived';
}

/**
 * @typedef {object} Listeners
 * @property {(event: DeskEvent) => void} changed
 * @property {(event: DeskEvent) => void} added a copy was made
 * @property {(id: string) => void} removed
 * @property {(event: DeskEvent, opener: HTMLElement) => void} edit
 * @property {(error: unknown) => void} failed shows what went wrong
 */

export class EventActions {
  #event;
  #on;
  #busy = false;
  #step = h('button', { type: 'button', class: 'button primary step' });
  #close = h('button', { type: 'button', class: 'button danger close' }, say('stepClose'));
  #edit = h('button', { type: 'button', class: 'button edit' }, say('stepEdit'));
  #archive = h('button', { type: 'button', class: 'button small archive' }, say('stepArchive'));
  #copy = h('button', { type: 'button', class: 'button small duplicate' }, say('stepDuplicate'));
  #report = h(
    'a',
    { class: 'button small report', target: '_blank', rel: 'noopener' },
    say('stepReport'),
  );
  #transcripts = h('a', { class: 'button small transcripts' }, say('stepTranscripts'));
  #onOriginal = h(
    'a',
    { class: 'button small transcripts-original' },
    say('stepTranscriptsOriginal'),
  );
  #summary = h('button', { type: 'button', class: 'button small summarise' }, say('summary'));
  #delete = h('button', { type: 'button', class: 'button small danger delete' }, say('stepDelete'));
  #links = h('button', { type: 'button', class: 'button small tokens' }, say('accessLinks'));
  #menu = h(
    'details',
    { class: 'menu' },
    h('summary', { class: 'button' }, say('stepMore')),
    h(
      'div',
      { class: 'menu-items' },
      this.#copy,
      this.#links,
      this.#transcripts,
      this.#onOriginal,
      this.#summary,
      this.#report,
      this.#archive,
      this.#delete,
    ),
  );
  element = h('div', { class: 'row actions' }, this.#step, this.#edit, this.#menu, this.#close);

  /**
   * @param {DeskEvent} event
   * @param {Listeners} on
   * @param {() => boolean} mayGoLive asked before going live for the first time
   */
  constructor(event, on, mayGoLive) {
    this.#event = event;
    this.#on = on;
    this.#step.addEventListener('click', () => {
      const { action } = NEXT[this.#event.state];
      if (action !== 'live' || mayGoLive()) void this.take(action);
    });
    this.#close.addEventListener('click', () => void this.#confirmClose());
    this.#edit.addEventListener('click', () => this.#on.edit(this.#event, this.#edit));
    this.#archive.addEventListener('click', () => void this.take('archive'));
    this.#copy.addEventListener('click', () => void this.#duplicate());
    this.#links.addEventListener('click', () => {
      this.#menu.open = false;
      void new TokenDialog(this.#event, this.#on.failed).open(this.#menu.querySelector('summary'));
    });
    this.#summary.addEventListener('click', () => {
      this.#menu.open = false;
      void new SummaryDialog(this.#event, this.#on.failed).open(this.#menu.querySelector('summary'));
    });
    const editing = [this.#close, this.#edit, this.#archive, this.#menu];
    for (const element of editing) element.dataset.needs = 'edit_event';
    this.#delete.dataset.needs = 'delete_event';
    this.#links.dataset.needs = 'manage_event_tokens';
    this.#delete.addEventListener('click', () => void this.#confirmDelete());
    this.#menu.addEventListener('keydown', (press) => {
      if (press.key !== 'Escape') return;
      this.#menu.open = false;
      this.#menu.querySelector('summary')?.focus();
    });
    this.#menu.addEventListener('focusout', ({ relatedTarget }) => {
      const stays = relatedTarget === null || this.#menu.contains(/** @type {Node} */ (relatedTarget));
      if (!stays) this.#menu.open = false;
    });
    this.show(event);
  }

  /** @param {DeskEvent} event */
  show(event) {
    this.#event = event;
    const { state } = event;
    const over = isOver(state);
    setText(this.#step, say(NEXT[state].key));
    this.#step.dataset.action = NEXT[state].action;
    this.#step.dataset.needs = CONTROL.has(NEXT[state].action) ? 'control_event' : 'edit_event';
    this.#step.classList.toggle('primary', !over);
    this.#close.hidden = over;
    this.#archive.hidden = state !== 'closed';
    this.#transcripts.hidden = state === 'draft';
    this.#transcripts.href = `${this.#path}/transcripts.zip`;
    this.#onOriginal.hidden = state === 'draft';
    this.#onOriginal.href = `${this.#path}/transcripts.zip?clock=original`;
    this.#report.hidden = !over;
    this.#report.href = `${this.#path}/report.html`;
    this.#delete.hidden = state === 'live' || state === 'paused';
  }

  /**
   * Take a step of the event's life.
   *
   * @param {string} action
   * @param {object} [body]
   */
  async take(action, body = {}) {
    await this.#guarded(async () => {
      this.#on.changed(await sendJson('POST', `${this.#path}/${action}`, body, this.#version));
    });
  }

  get #path() {
    return eventAddress(this.#event.id);
  }

  get #version() {
    return { 'If-Match': `"${this.#event.version}"` };
  }

  async #duplicate() {
    await this.#guarded(async () => {
      this.#on.added(await sendJson('POST', `${this.#path}/duplicate`, {}));
    });
  }

  async #confirmClose() {
    const dialog = byId('confirm', HTMLDialogElement);
    if ((await answerOf(dialog)) !== 'close') return;
    await this.take('close');
    if (this.#close.hidden) this.#step.focus();
  }

  /** The organizer types the title: a click alone must not delete what nobody can bring back. */
  async #confirmDelete() {
    const dialog = byId('confirm-delete', HTMLDialogElement);
    const typed = byId('delete-title', HTMLInputElement);
    const submit = byId('confirm-delete-submit', HTMLButtonElement);
    setText(byId('delete-name', HTMLElement), this.#event.title);
    typed.value = '';
    submit.disabled = true;
    typed.oninput = () => (submit.disabled = typed.value.trim() !== this.#event.title);
    const answer = await answerOf(dialog);
    this.#menu.querySelector('summary')?.focus();
    if (answer !== 'delete') return;
    await this.#guarded(async () => {
      await send(this.#path, { method: 'DELETE', headers: this.#version });
      this.#on.removed(this.#event.id);
    });
  }

  /** @param {() => Promise<void>} work */
  async #guarded(work) {
    if (this.#busy) return;
    this.#busy = true;
    if (this.#menu.contains(document.activeElement)) this.#menu.querySelector('summary')?.focus();
    this.#menu.open = false;
    try {
      await work();
    } catch (error) {
      this.#on.failed(error);
    } finally {
      this.#busy = false;
    }
  }
}

/** @param {HTMLDialogElement} dialog */
async function answerOf(dialog) {
  dialog.returnValue = '';
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  return dialog.returnValue;
}
