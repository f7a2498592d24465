/** The sheet of languages, which is loaded when it is opened first. */
import { getJson } from '../shared/api.js';
import { device } from '../shared/storage.js';

/** @typedef {import('../i18n/localise.js').Strings} Strings */
/** @typedef {import('../languages/choice.js').Choice} Choice */
/** @typedef {import('../languages/language-sheet.js').LanguageSheet} LanguageSheet */
/** @typedef {import('./event-info.js').EventInfo} EventInfo */

/**
 * What the sheet needs of the page.
 *
 * @typedef {object} SheetPage
 * @property {string} base of the event's addresses
 * @property {EventInfo['channels']} channels
 * @property {Strings} strings
 * @property {import('./sound.js').Sound} sound gets the volume
 * @property {() => Choice} chosen what is chosen at present
 * @property {(choice: Choice) => void} take a choice that the attendee has made
 */

export class LazySheet {
  #page;
  #channels;
  #volume = Number(device.recall('volume') ?? 100);
  /** @type {Promise<LanguageSheet> | null} */
  #sheet = null;
  #isOld = false;
  /** @type {import('../languages/language-list.js').LanguageList | null} */
  #list = null;
  /** @type {readonly string[] | null} */
  #humans = null;

  /** @param {SheetPage} page */
  constructor(page) {
    this.#page = page;
    this.#channels = page.channels;
    page.sound.setVolume(this.#volume / 100);
  }

  /** Load the sheet's modules; what does not come is asked for again by the next tap. */
  load() {
    this.#sheet ??= this.#made();
    this.#sheet.catch(() => (this.#sheet = null));
    return this.#sheet;
  }

  /** @param {EventInfo['channels']} channels to choose from, once the sheet is opened the next time */
  offer(channels) {
    this.#channels = channels;
    this.#isOld = this.#sheet !== null;
  }

  /** @param {readonly string[]} humans channels on which a human interpreter is heard now */
  hearHumans(humans) {
    this.#humans = humans;
    this.#list?.hearHumans(humans);
  }

  /**
   * Open the sheet.
   *
   * @param {string | undefined} spoken what the speaker speaks, a tag, if it is known
   */
  async open(spoken) {
    const { base, chosen } = this.#page;
    let sheet = await this.load().catch(() => null);
    if (sheet === null || sheet.isOpen) return;
    if (this.#isOld) {
      sheet.remove();
      this.#isOld = false;
      this.#sheet = this.#made();
      sheet = await this.#sheet;
    }
    const known = spoken ?? languageOfFloor(this.#channels);
    sheet.open(chosen(), known);
    if (known !== undefined) return;
    /** @type {EventInfo | null} */
    const info = await getJson(`${base}/info`).catch(() => null);
    sheet.speakerSpeaks(languageOfFloor(info?.channels ?? []));
  }

  async #made() {
    const { strings, sound, chosen, take } = this.#page;
    const { LanguageList, LanguageSheet } = (await import('../bundles/later.js')).later;
    const list = new LanguageList(this.#channels, navigator.languages, strings);
    if (this.#humans !== null) list.hearHumans(this.#humans);
    this.#list = list;
    const sheet = new LanguageSheet(chosen(), list, this.#volume, strings);
    sheet.addEventListener('change', () => take(sheet.choice));
    sheet.addEventListener('volume', () => {
      sound.setVolume(sheet.volume / 100);
      device.remember('volume', String(sheet.volume));
    });
    return sheet;
  }
}

/** @param {EventInfo['channels']} channels */
function languageOfFloor(channels) {
  return channels.find(({ id }) => id === 'floor')?.language;
}
