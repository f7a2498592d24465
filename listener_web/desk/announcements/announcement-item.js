/** One announcement on the desk: its text, how many phones have it, and what can be done about it. */
import { h, setText } from '../../shared/dom.js';
import { say, wordsLanguage } from '../../i18n/say.js';
import { whole } from '../../i18n/written.js';
import { speechWords } from './announcement-speech.js';

/**
 * An announcement as the API has it.
 *
 * @typedef {object} DeskAnnouncement
 * @property {string} id
 * @property {number} version
 * @property {string} text
 * @property {Record<string, string>} translations by the language of a channel
 * @property {string | null} language
 * @property {boolean} urgent
 * @property {string} by
 * @property {string} made_at ISO 8601
 * @property {string} expires_at ISO 8601
 * @property {'active' | 'withdrawn' | 'expired'} state
 * @property {number} received phones that got it
 * @property {number} shown phones that showed it
 * @property {boolean} speak whether the language channels speak it
 * @property {string | null} speak_until ISO 8601
 * @property {Record<string, import('./announcement-speech.js').SpeechReport>} speech by language
 */

/** @typedef {'correct' | 'withdraw' | 'again' | 'undo'} Deed */

export class AnnouncementItem {
  element = h('li', { class: 'announced' });
  #text = h('p', { class: 'announced-text', dir: 'auto' });
  #state = h('p', { class: 'soft' });
  #counts = h('p', { class: 'soft' });
  #speech = h('p', { class: 'soft announced-speech' });
  /** @type {Map<Deed, HTMLButtonElement>} */
  #buttons = new Map();
  /** @type {DeskAnnouncement} */
  announcement;

  /**
   * @param {DeskAnnouncement} announcement
   * @param {boolean} mayChange
   * @param {(deed: Deed, announcement: DeskAnnouncement) => void} act
   */
  constructor(announcement, mayChange, act) {
    this.announcement = announcement;
    const textId = `announced-${announcement.id}`;
    this.#text.id = textId;
    const row = h('div', { class: 'announcement-buttons' });
    for (const [deed, key] of /** @type {const} */ ([
      ['correct', 'announceCorrect'],
      ['withdraw', 'announceWithdraw'],
      ['again', 'announceAgain'],
      ['undo', 'announceUndo'],
    ])) {
      const button = h(
        'button',
        { type: 'button', class: 'button small', 'aria-describedby': textId },
        say(key),
      );
      button.addEventListener('click', () => act(deed, this.announcement));
      this.#buttons.set(deed, button);
      row.append(button);
    }
    row.hidden = !mayChange;
    this.element.append(this.#text, this.#state, this.#counts, this.#speech, row);
    this.element.dataset.id = announcement.id;
  }

  /**
   * @param {DeskAnnouncement} announcement as it is now
   * @param {boolean} canUndo whether it was corrected on this page
   * @param {readonly string[]} tags of the event's languages
   */
  show(announcement, canUndo, tags) {
    this.announcement = announcement;
    const { text, language, urgent, expires_at, received, shown } = announcement;
    const state = stateOf(announcement, Date.now());
    this.element.dataset.state = state;
    this.element.dataset.urgent = String(urgent);
    setText(this.#text, text);
    this.#text.lang = language ?? '';
    const time = new Intl.DateTimeFormat(wordsLanguage(), { timeStyle: 'short' }).format(new Date(expires_at));
    const words = {
      active: say('announceEnds', { time }),
      expired: say('announceEnded', { time }),
      withdrawn: say('announceWithdrawn'),
    }[state];
    setText(this.#state, urgent ? `${say('announceUrgentMark')} · ${words}` : words);
    setText(this.#counts, say('announceCounts', { shown: whole(shown), received: whole(received) }));
    setText(this.#speech, speechWords(announcement, tags, Date.now()));
    this.#speech.hidden = !announcement.speak;
    this.#show('correct', state === 'active');
    this.#show('withdraw', state === 'active');
    this.#show('again', state === 'withdrawn');
    this.#show('undo', state === 'active' && canUndo);
  }

  /**
   * Show or hide a button; if it had the focus, the next one gets it.
   *
   * @param {Deed} deed
   * @param {boolean} shown
   */
  #show(deed, shown) {
    const button = this.#buttons.get(deed);
    if (button === undefined || button.hidden !== shown) return;
    const hadFocus = button === document.activeElement;
    button.hidden = !shown;
    if (!hadFocus) return;
    this.#waitsForFocus = true;
    queueMicrotask(() => this.#focusFirst());
  }

  #waitsForFocus = false;

  #focusFirst() {
    if (!this.#waitsForFocus) return;
    this.#waitsForFocus = false;
    [...this.#buttons.values()].find(({ hidden }) => !hidden)?.focus();
  }
}

/**
 * The state at a time; what has expired since it was told is not told again.
 *
 * @param {DeskAnnouncement} announcement
 * @param {number} nowMs
 */
export function stateOf({ state, expires_at }, nowMs) {
  return state === 'active' && Date.parse(expires_at) <= nowMs ? 'expired' : state;
}
