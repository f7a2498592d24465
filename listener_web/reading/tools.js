/**
 * Everything about reading that a page can do without at first: the controls of the settings, the
 * search, quotes, downloads. A page loads this when its captions are on their way.
 */
import { downloadLinks } from './downloads.js';
import { QuoteBar } from './quote-bar.js';
import { SearchBar } from './search-bar.js';
import { loadStyle } from './settings.js';
import { settingsPanel } from './settings-panel.js';

/** @typedef {import('../i18n/languages.js').Channel} Channel */
/** @typedef {import('../captions/caption-view.js').CaptionView} CaptionView */
/** @typedef {import('../i18n/localise.js').Strings} Strings */

/** The second language that is read. */
/** @typedef {{view: CaptionView, channel: Channel}} Second */

const TIME = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });

export class ReadingTools {
  #parts;
  #quotes;
  /** Of the second language. @type {QuoteBar | null} */
  #secondQuotes = null;
  #search;
  /** @type {Channel} */
  #channel;

  /**
   * @param {object} parts
   * @param {CaptionView} parts.view
   * @param {import('./settings.js').ReadingSettings} parts.settings
   * @param {Strings} parts.strings
   * @param {string} parts.title of the event
   * @param {string} parts.base the event's address
   * @param {Channel} parts.channel that is read
   * @param {HTMLElement} parts.controls where the controls of the settings go
   * @param {HTMLElement} parts.files where the links to files go
   * @param {HTMLButtonElement} parts.searchButton opens the search
   */
  constructor(parts) {
    const { view, settings, strings, base, controls, searchButton } = parts;
    this.#parts = parts;
    this.#channel = parts.channel;
    loadStyle(new URL('../reading/tools.css', import.meta.url));
    controls.replaceChildren(settingsPanel(settings, strings));
    const timeAt = timesOf(view);
    this.#quotes = this.#quotesOf(view, () => this.#channel);
    const address = (/** @type {string} */ channel) =>
      `${base}/search/${encodeURIComponent(channel)}`;
    this.#search = new SearchBar({ view, strings, timeAt, address, opener: searchButton });
    view.scroller.parentElement?.before(this.#search.element);
    searchButton.addEventListener('click', () => this.#search.open());
    searchButton.hidden = false;
    this.begin(parts.channel);
  }

  /**
   * Begin with another channel.
   *
   * @param {Channel} channel
   */
  begin(channel) {
    this.#channel = channel;
    this.#quotes.clear();
    this.#quotes.channel = channel.id;
    this.#search.begin(channel);
    for (const link of this.#parts.files.querySelectorAll('a')) link.href = this.#file(link.href);
  }

  /**
   * Let sentences of the second language be quoted, too.
   *
   * @param {Second | null} second null for no second language
   */
  quoteSecond(second) {
    this.#secondQuotes?.close();
    this.#secondQuotes = null;
    if (second === null) return;
    this.#secondQuotes = this.#quotesOf(second.view, () => second.channel);
    this.#secondQuotes.channel = second.channel.id;
  }

  /**
   * @param {CaptionView} view
   * @param {() => Channel} channel that it shows
   */
  #quotesOf(view, channel) {
    const { strings, title, base } = this.#parts;
    const { scroller, log } = view;
    const link = () => `${location.origin}${base}?lang=${encodeURIComponent(channel().id)}`;
    const choosing = () => {
      this.#quotes.clear();
      this.#secondQuotes?.clear();
    };
    return new QuoteBar({ scroller, log, strings, title, link, timeAt: timesOf(view), choosing });
  }

  /**
   * Offer files of the captions, or do not.
   *
   * @param {boolean} allowed by the organizer
   */
  offerFiles(allowed) {
    const { files, strings } = this.#parts;
    const links = downloadLinks((form) => this.#file(`.${form}`), strings);
    files.replaceChildren(...(allowed ? [links] : []));
  }

  /** @param {string} form an address that ends with the form of the file */
  #file(form) {
    const channel = encodeURIComponent(this.#channel.id);
    return `${this.#parts.base}/transcript/${channel}${form.slice(form.lastIndexOf('.'))}`;
  }
}

/**
 * The time of day of a place in the event, in words; null while it is unknown.
 *
 * @param {CaptionView} view
 */
function timesOf(view) {
  return (/** @type {number} */ startMs) => {
    const time = view.timeOf(startMs);
    return time && TIME.format(time);
  };
}
