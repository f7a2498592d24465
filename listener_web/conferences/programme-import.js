/** Imports the file of a programme: first a preview of the changes, then the import. */
import { say } from '../i18n/say.js';
import { send } from '../shared/api.js';
import { h } from '../shared/dom.js';

/**
 * @typedef {object} Preview
 * @property {{title: string, room: string}[]} created
 * @property {{title: string, kept: Record<string, unknown>}[]} moved
 * @property {{title: string, kept: Record<string, unknown>}[]} changed
 * @property {{title: string}[]} gone
 * @property {number} unchanged
 * @property {string[]} new_rooms
 * @property {{where: string, title: string, message: string}[]} skipped
 * @property {boolean} needs_languages
 */

/** More lines of one kind are only counted. */
const MOST_LINES = 20;
let number = 0;

export class ProgrammeImport {
  element = h('div', { class: 'import' });
  #address;
  #on;
  #field = h('input', {
    class: 'input',
    type: 'file',
    accept: '.ics,.json,text/calendar,application/json',
  });
  #preview = h('div', { class: 'import', role: 'status' });

  /**
   * @param {string} address that takes the file
   * @param {{failed: (error: unknown) => void, done: () => void}} on
   */
  constructor(address, on) {
    this.#address = address;
    this.#on = on;
    number += 1;
    this.#field.id = `programme-${number}`;
    this.#field.addEventListener('change', () => void this.#look(this.#field.files?.[0]));
    const label = h('label', { class: 'field', htmlFor: this.#field.id }, say('programmeFile'));
    this.element.append(label, this.#field, this.#preview);
  }

  /** @param {File | undefined} file */
  async #look(file) {
    this.#preview.replaceChildren();
    if (file === undefined) return;
    try {
      const preview = await this.#post(file, '?dry_run=true');
      this.#preview.replaceChildren(...lines(preview));
      const news = preview.created.length + preview.moved.length + preview.changed.length;
      if (preview.needs_languages) {
        this.#preview.append(h('p', { class: 'problem' }, say('programmeNeedsLanguages')));
      } else if (news > 0) this.#preview.append(this.#button(file));
    } catch (error) {
      this.#on.failed(error);
    }
  }

  /** @param {File} file */
  #button(file) {
    const button = h('button', { class: 'button primary', type: 'button' }, say('programmeImport'));
    button.addEventListener('click', async () => {
      button.disabled = true;
      try {
        await this.#post(file, '');
        this.#field.focus();
        this.#on.done();
      } catch (error) {
        button.disabled = false;
        button.focus();
        this.#on.failed(error);
      }
    });
    return button;
  }

  /**
   * @param {File} file
   * @param {string} query
   * @returns {Promise<Preview>}
   */
  async #post(file, query) {
    const headers = { Accept: 'application/json' };
    const init = { method: 'POST', headers, body: file, signal: null };
    const response = await send(`${this.#address}${query}`, init);
    return response.json();
  }
}

/** @param {Preview} preview */
function lines(preview) {
  const { created, moved, changed, gone, unchanged, new_rooms: rooms, skipped } = preview;
  const kept = [...moved, ...changed].filter((one) => Object.keys(one.kept).length > 0);
  return [
    ...part(say('programmeCreated', { count: created.length }), created.map(({ title }) => title)),
    ...part(say('programmeMoved', { count: moved.length }), moved.map(({ title }) => title)),
    ...part(say('programmeChanged', { count: changed.length }), changed.map(({ title }) => title)),
    ...part(say('programmeKept', { count: kept.length }), kept.map(({ title }) => title)),
    ...part(say('programmeGone', { count: gone.length }), gone.map(({ title }) => title)),
    ...part(say('programmeRooms', { count: rooms.length }), rooms),
    ...part(
      say('programmeSkipped', { count: skipped.length }),
      skipped.map(({ where, title, message }) =>
        say('twoSentences', { what: `${where}: ${title || '–'}`, next: message }),
      ),
    ),
    h('p', { class: 'soft' }, say('programmeUnchanged', { count: unchanged })),
  ];
}

/**
 * @param {string} heading
 * @param {string[]} texts
 */
function part(heading, texts) {
  if (texts.length === 0) return [];
  const items = texts.slice(0, MOST_LINES).map((text) => h('li', { dir: 'auto' }, text));
  if (texts.length > MOST_LINES) items.push(h('li', {}, '…'));
  return [h('h3', {}, heading), h('ul', {}, ...items)];
}
