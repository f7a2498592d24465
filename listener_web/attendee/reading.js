/** Connects the settings and tools of reading to the attendee page. */
import { Pace } from '../reading/pace.js';
import { ReadingSettings, applySettings } from '../reading/settings.js';
import { getJson } from '../shared/api.js';
import { byId } from '../shared/dom.js';

/** @typedef {import('../captions/caption-view.js').CaptionView} CaptionView */
/** @typedef {import('../i18n/languages.js').Channel} Channel */
/** @typedef {import('./event-info.js').EventInfo} EventInfo */

export class Reading {
  settings = new ReadingSettings();
  #parts;
  /** @type {Channel} */
  #channel;
  /** @type {Pace[]} */
  #paces = [];
  /** @type {Promise<import('../reading/tools.js').ReadingTools> | null} */
  #tools = null;
  /** @type {import('../reading/tools.js').Second | null} */
  #second = null;

  /**
   * @param {object} parts
   * @param {CaptionView} parts.view
   * @param {import('../i18n/localise.js').Strings} parts.strings
   * @param {EventInfo} parts.info
   * @param {string} parts.base the event's address
   * @param {Channel} parts.channel that is read
   */
  constructor(parts) {
    this.#parts = parts;
    this.#channel = parts.channel;
    applySettings(document.body, this.settings);
    this.settings.addEventListener('change', () => this.#apply());
    this.#apply();
    const button = byId('settings-button', HTMLButtonElement);
    button.addEventListener('click', () => void this.#opened());
  }

  /**
   * Give captions to a view at the pace that the reader has chosen.
   *
   * @param {import('../reading/pace.js').Show} show
   */
  paced(show) {
    const pace = new Pace(show);
    this.#paces.push(pace);
    this.#apply();
    return pace;
  }

  /**
   * Begin with another channel.
   *
   * @param {Channel} channel
   */
  begin(channel) {
    this.#channel = channel;
    void this.#tools?.then((tools) => tools.begin(channel), () => undefined);
  }

  /**
   * Let sentences of the second language be quoted, too.
   *
   * @param {import('../reading/tools.js').Second | null} second null for no second language
   */
  quoteSecond(second) {
    this.#second = second;
    void this.#tools?.then((tools) => tools.quoteSecond(second), () => undefined);
  }

  /** Load the tools, once; later calls try again if that failed. */
  async loadTools() {
    this.#tools ??= import('../bundles/later.js').then(({ later: { ReadingTools } }) => {
      const { view, strings, info, base } = this.#parts;
      const tools = new ReadingTools({
        view,
        strings,
        base,
        settings: this.settings,
        title: info.title,
        channel: this.#channel,
        controls: byId('reading-settings', HTMLElement),
        files: byId('files', HTMLElement),
        searchButton: byId('search-button', HTMLButtonElement),
      });
      tools.offerFiles(info.downloads ?? false);
      tools.quoteSecond(this.#second);
      return tools;
    });
    try {
      return await this.#tools;
    } catch (error) {
      this.#tools = null;
      console.warn('the settings and the search cannot be loaded:', error);
      return null;
    }
  }

  /** The organizer may have changed since what readers may download. */
  async #opened() {
    const tools = await this.loadTools();
    const info = await getJson(`${this.#parts.base}/info`).catch(() => null);
    if (info !== null) tools?.offerFiles(info.downloads ?? false);
  }

  #apply() {
    this.#parts.view.announces = this.settings.get('speak-captions') === 'yes';
    for (const pace of this.#paces) {
      pace.byLine = this.settings.get('pace') === 'lines';
      if (!pace.byLine) pace.flush();
    }
  }
}
