/** The captions of one language: their place on the page, and the feed that fills it. */
import { CaptionFeed } from '../captions/caption-feed.js';
import { CaptionView } from '../captions/caption-view.js';
import { byId, h } from '../shared/dom.js';
import { channelName } from '../languages/channel-bar.js';

/** @typedef {import('../i18n/languages.js').Channel} Channel */
/** @typedef {import('../i18n/localise.js').Strings} Strings */
/** @typedef {import('../captions/caption-feed.js').ChannelState} ChannelState */
/** @typedef {import('../reading/pace.js').Pace} Pace */

/**
 * @typedef {object} PaneListeners
 * @property {(state: ChannelState) => void} [state]
 * @property {(connected: boolean) => void} [connection] whether captions arrive
 */

export class CaptionPane {
  /** @type {CaptionFeed | null} */
  #feed = null;
  #base;
  #pace;
  #on;

  /**
   * @param {string} base of the event's addresses
   * @param {CaptionView} view
   * @param {Pace} pace gives the view its captions
   * @param {PaneListeners} on
   */
  constructor(base, view, pace, on = {}) {
    this.#base = base;
    this.view = view;
    this.#pace = pace;
    this.#on = on;
  }

  /**
   * Show a channel's captions, beginning with its history.
   *
   * @param {Channel} channel
   */
  read(channel) {
    this.close();
    this.#pace.clear();
    this.view.begin(channel);
    const id = encodeURIComponent(channel.id);
    const stream = `${this.#base}/captions/${id}`;
    const addresses = { stream, poll: `${this.#base}/poll/${id}`, history: `${stream}/history` };
    this.#feed = new CaptionFeed(addresses, {
      history: (history) => this.view.continueWith(history),
      caption: (caption, writtenMs) => this.#pace.take(caption, writtenMs),
      state: (state) => {
        if (state.language) this.view.speakerSpeaks(state.language);
        this.#on.state?.(state);
      },
      connection: (connected) => this.#on.connection?.(connected),
    });
  }

  /** The network may be back: a lost connection is tried again at once. */
  retryNow() {
    this.#feed?.retryNow();
  }

  /** Receive nothing until `resume`; no caption is missed. */
  pause() {
    this.#feed?.pause();
  }

  resume() {
    this.#feed?.resume();
  }

  /** Receive no more captions. */
  close() {
    this.#feed?.close();
    this.#feed = null;
  }
}

/** The second language to read, under the first one or next to it. */
export class SecondPane {
  #base;
  #strings;
  #reading;
  #pace;
  /** @type {CaptionPane | null} */
  #pane = null;
  /** @type {Channel | null} */
  #channel = null;
  #place = byId('panes', HTMLElement);
  #element = h('section', { class: 'pane', id: 'second-pane' });

  /**
   * @param {string} base of the event's addresses
   * @param {Strings} strings
   * @param {import('./reading.js').Reading} reading
   */
  constructor(base, strings, reading) {
    this.#base = base;
    this.#strings = strings;
    this.#reading = reading;
    this.#pace = reading.paced((caption, writtenMs) => this.#pane?.view.show(caption, writtenMs));
  }

  /**
   * @param {Channel} read the first language
   * @param {Channel | null} second null for none
   */
  show(read, second) {
    this.#nameFirst(second === null ? null : read);
    if (second === this.#channel) return;
    this.#channel = second;
    this.#pane?.close();
    this.#pane = null;
    this.#element.remove();
    delete this.#place.dataset.panes;
    if (second === null) {
      this.#reading.quoteSecond(null);
      return;
    }
    this.#pane = new CaptionPane(this.#base, this.#built(second), this.#pace);
    this.#pane.read(second);
    this.#reading.quoteSecond({ view: this.#pane.view, channel: second });
  }

  retryNow() {
    this.#pane?.retryNow();
  }

  pause() {
    this.#pane?.pause();
  }

  resume() {
    this.#pane?.resume();
  }

  /**
   * The first pane has a title and a label of its own only while there is a second one.
   *
   * @param {Channel | null} channel
   */
  #nameFirst(channel) {
    const title = byId('pane-title', HTMLElement);
    title.hidden = channel === null;
    title.replaceChildren(...(channel === null ? [] : [channelName(channel, this.#strings)]));
    byId('scroller', HTMLElement).setAttribute('aria-label', this.#labelOf(channel));
    byId('captions', HTMLElement).setAttribute('aria-label', this.#labelOf(channel));
  }

  /** @param {Channel | null} channel */
  #labelOf(channel) {
    const { captions, original } = this.#strings;
    if (channel === null) return captions;
    return `${captions} – ${channel.id === 'floor' ? original : channel.name}`;
  }

  /**
   * @param {Channel} channel
   * @returns {CaptionView}
   */
  #built(channel) {
    const label = { 'aria-label': this.#labelOf(channel) };
    const log = h('div', { class: 'captions', role: 'log', 'aria-live': 'off', ...label });
    const spring = h('div', { class: 'spring', 'aria-hidden': 'true' });
    const scroller = h('div', { class: 'scroller', role: 'region', tabIndex: 0, ...label }, spring, log);
    const arrow = h('span', { 'aria-hidden': 'true' }, '↓');
    const words = h('span', {}, this.#strings.latest);
    const toNewest = h('button', { class: 'newest', type: 'button', hidden: true }, arrow, ' ', words);
    const title = h('h2', { class: 'pane-title' }, channelName(channel, this.#strings));
    const announcer = h('div', { class: 'visually-hidden', 'aria-live': 'polite' });
    const within = h('div', { class: 'pane-text' }, scroller, toNewest);
    this.#element.replaceChildren(title, within, announcer);
    this.#place.append(this.#element);
    this.#place.dataset.panes = '2';
    const { wordsMissing, corrected } = this.#strings;
    return new CaptionView({ scroller, log, toNewest, announcer, wordsMissing, corrected });
  }
}
