/** The announcements of an event on its live view: written, corrected, withdrawn, and counted. */
import { getJson, sendJson } from '../../shared/api.js';
import { abortedAfter } from '../../shared/deadline.js';
import { h, setText } from '../../shared/dom.js';
import { eventAddress } from '../../shared/organizer.js';
import { explained, inSentences } from '../../i18n/error-words.js';
import { say } from '../../i18n/say.js';
import { AnnouncementForm } from './announcement-form.js';
import { AnnouncementItem } from './announcement-item.js';

/** @typedef {import('../api-types.js').DeskEvent} DeskEvent */
/** @typedef {import('./announcement-item.js').DeskAnnouncement} DeskAnnouncement */
/** @typedef {import('./announcement-form.js').Written} Written */

const LOOK_MS = 10_000;
/** The server gives up before. */
const TRANSLATION_MS = 45_000;

export class AnnouncementPanel {
  element = h('section', { class: 'card announcements-card', 'aria-labelledby': 'announce-title' });
  #path;
  #form;
  #said = h('p', { class: 'announcement-said', role: 'status' });
  #list = h('ul', { class: 'announced-list' });
  #none = h('p', { class: 'soft' }, say('announceNone'));
  #mayChange = false;
  /** @type {string[]} */
  #tags = [];
  /** @type {Map<string, AnnouncementItem>} */
  #items = new Map();
  /** Those corrected on this page, as they were before. @type {Map<string, DeskAnnouncement>} */
  #before = new Map();
  /** @type {DeskAnnouncement[]} */
  #told = [];
  /** Id of the one that is being corrected; empty for a new one. */
  #correcting = '';

  /** @param {DeskEvent} event */
  constructor(event) {
    this.#path = `${eventAddress(event.id)}/announcements`;
    this.#form = new AnnouncementForm({
      send: (written) => this.#send(written),
      translate: (text, language) =>
        sendJson('POST', `${this.#path}/translation`, { text, language }, {}, abortedAfter(TRANSLATION_MS)),
      cancel: () => (this.#correcting = ''),
    });
    this.#form.element.hidden = true;
    this.element.append(
      h('h2', { id: 'announce-title' }, say('announceTitle')),
      h('p', { class: 'soft' }, say('announceHint')),
      this.#form.element,
      this.#said,
      this.#none,
      this.#list,
    );
    this.update(event);
    void getJson('/api/session').then(({ may }) => {
      this.#mayChange = may.includes('control_event');
      this.#form.element.hidden = !this.#mayChange;
      for (const item of this.#items.values()) item.element.remove();
      this.#items.clear();
      this.#show();
    }, () => undefined);
    setInterval(() => this.#show(), LOOK_MS);
  }

  /** @param {DeskEvent} event as it is now */
  update(event) {
    this.#form.offer(event);
    this.#tags = event.languages.map(({ tag }) => tag);
  }

  /** @param {DeskAnnouncement[]} told all of the event, the newest first */
  take(told) {
    this.#told = told;
    this.#show();
  }

  #show() {
    const ids = new Set(this.#told.map(({ id }) => id));
    for (const [id, item] of this.#items) {
      if (ids.has(id)) continue;
      item.element.remove();
      this.#items.delete(id);
    }
    this.#told.forEach((one, place) => {
      let item = this.#items.get(one.id);
      if (item === undefined) {
        item = new AnnouncementItem(one, this.#mayChange, (deed, which) => void this.#act(deed, which));
        this.#items.set(one.id, item);
      }
      item.show(one, this.#before.has(one.id), this.#tags);
      const there = this.#list.children[place] ?? null;
      if (there !== item.element) this.#list.insertBefore(item.element, there);
    });
    this.#none.hidden = this.#told.length > 0;
  }

  /** @param {Written} written */
  async #send(written) {
    const id = this.#correcting;
    if (id === '') return this.#try(() => sendJson('POST', this.#path, written), 'announceTold');
    const known = this.#told.find((one) => one.id === id);
    const worked = await this.#try(() => this.#change(id, { ...written, language: written.language ?? '' }), 'announceCorrected');
    if (!worked) return false;
    if (known !== undefined) this.#before.set(id, known);
    this.#correcting = '';
    this.#show();
    return true;
  }

  /**
   * @param {import('./announcement-item.js').Deed} deed
   * @param {DeskAnnouncement} one
   */
  async #act(deed, one) {
    if (deed === 'correct') {
      this.#correcting = one.id;
      this.#form.correct(one);
    } else if (deed === 'withdraw') {
      await this.#try(() => this.#change(one.id, { withdrawn: true }), 'announceTakenBack');
    } else if (deed === 'again') {
      await this.#try(() => this.#change(one.id, { withdrawn: false }), 'announceTold');
    } else {
      const before = this.#before.get(one.id);
      if (before === undefined) return;
      const { text, translations, language, urgent } = before;
      const change = { text, translations, language: language ?? '', urgent };
      if (await this.#try(() => this.#change(one.id, change), 'announceCorrected')) {
        this.#before.delete(one.id);
        this.#show();
      }
    }
  }

  /**
   * @param {string} id
   * @param {object} change
   */
  #change(id, change) {
    return sendJson('PATCH', `${this.#path}/${encodeURIComponent(id)}`, change);
  }

  /**
   * @param {() => Promise<unknown>} request
   * @param {'announceTold' | 'announceCorrected' | 'announceTakenBack'} done what is said if it worked
   */
  async #try(request, done) {
    try {
      await request();
      this.#said.dataset.tone = 'good';
      setText(this.#said, say(done));
      return true;
    } catch (error) {
      this.#said.dataset.tone = 'bad';
      setText(this.#said, inSentences(explained(error)));
      return false;
    }
  }
}
