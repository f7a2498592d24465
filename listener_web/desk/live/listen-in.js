/** Listens in to any channel, and reads it, on the technician's page. */
import { CaptionFeed } from '../../captions/caption-feed.js';
import { CaptionView } from '../../captions/caption-view.js';
import { Player } from '../../player/player.js';
import { addressOf, usableTransports } from '../../player/transports.js';
import { Asking } from '../../shared/asking.js';
import { h, setText } from '../../shared/dom.js';
import { network } from '../../shared/reachable.js';
import { say } from '../../i18n/say.js';
import { channelName } from './alarm-words.js';
import { FlagButton } from '../flags/flag-button.js';

network.askBy(new Asking());

/** @typedef {import('../api-types.js').DeskEvent} DeskEvent */

const PLAYER_WORDS = /** @type {const} */ ({
  idle: 'livePlayerStopped',
  starting: 'livePlayerStarting',
  connecting: 'livePlayerStarting',
  queued: 'livePlayerStarting',
  buffering: 'livePlayerStarting',
  playing: 'livePlayerPlaying',
  interrupted: 'livePlayerStopped',
  ended: 'livePlayerEnded',
  failed: 'livePlayerFailed',
});

export class ListenIn {
  element = h('section', { class: 'card listen-in', 'aria-labelledby': 'listen-title', hidden: true });
  #title = h('h2', { id: 'listen-title', tabIndex: -1 });
  #state = h('p', { class: 'soft', role: 'status' });
  #log = h('div', { class: 'captions', role: 'log', 'aria-live': 'off', 'aria-label': say('liveCaptions') });
  #view;
  /** @type {Player | null} */
  #player = null;
  /** @type {CaptionFeed | null} */
  #feed = null;
  #event = '';
  #flag = new FlagButton();
  /** Gets the focus back. @type {Element | null} */
  #opener = null;

  constructor() {
    const scroller = h(
      'div',
      { class: 'scroller', role: 'region', tabIndex: 0, 'aria-label': say('liveCaptions') },
      this.#log,
    );
    const toNewest = h('button', { class: 'button small', type: 'button', hidden: true }, say('liveNewest'));
    const announcer = h('div', { class: 'visually-hidden', 'aria-live': 'polite' });
    const wordsMissing = say('liveWordsMissing');
    const words = { wordsMissing, corrected: say('reviewCorrected') };
    this.#view = new CaptionView({ scroller, log: this.#log, toNewest, announcer, ...words });
    const stop = h('button', { type: 'button', class: 'button', id: 'listen-stop' }, say('liveStop'));
    stop.addEventListener('click', () => this.stop());
    const head = h('div', { class: 'listen-head' }, this.#title, this.#state, this.#flag.element, stop);
    this.element.append(head, this.#flag.told, scroller, toNewest, announcer);
  }

  /**
   * Hear and show a channel; call it from a tap.
   *
   * @param {DeskEvent} event
   * @param {string} channel
   */
  listen(event, channel) {
    if (!this.element.contains(document.activeElement)) this.#opener = document.activeElement;
    this.element.hidden = false;
    setText(this.#title, say('liveListening', { channel: channelName(channel), title: event.title }));
    this.#hear(event.id, channel);
    this.#read(event.id, channel);
    this.#title.focus();
    this.element.scrollIntoView({ block: 'nearest' });
  }

  stop() {
    this.#player?.stop();
    this.#player = null;
    this.#feed?.close();
    this.#feed = null;
    this.element.hidden = true;
    if (this.#opener instanceof HTMLElement) this.#opener.focus();
  }

  /**
   * @param {string} event
   * @param {string} channel
   */
  #hear(event, channel) {
    if (this.#player !== null && event === this.#event) {
      this.#player.switchTo(channel);
      return;
    }
    this.#player?.stop();
    this.#event = event;
    const player = new Player(
      usableTransports(false, null),
      (transport, chosen) => addressOf(transport, event, chosen),
      network,
    );
    player.addEventListener('change', () => {
      if (player === this.#player) this.#showState(player.state);
    });
    this.#player = player;
    void player.listen(channel);
  }

  /** @param {string} state */
  #showState(state) {
    const key = PLAYER_WORDS[/** @type {keyof typeof PLAYER_WORDS} */ (state)] ?? 'livePlayerStarting';
    this.element.dataset.player = state;
    setText(this.#state, say(key));
  }

  /**
   * @param {string} event
   * @param {string} channel
   */
  #read(event, channel) {
    this.#feed?.close();
    const name = channelName(channel);
    this.#flag.begin(event, channel);
    this.#view.begin({ id: channel, name, english_name: name, dir: 'auto' });
    const [e, c] = [encodeURIComponent(event), encodeURIComponent(channel)];
    const stream = `/e/${e}/captions/${c}`;
    this.#feed = new CaptionFeed(
      { stream, poll: `/e/${e}/poll/${c}`, history: `${stream}/history` },
      {
        history: (history) => this.#view.continueWith(history),
        caption: (caption, writtenMs) => {
          this.#view.show(caption, writtenMs);
          this.#flag.heard(caption.start_ms);
        },
        state: ({ language }) => {
          if (language) this.#view.speakerSpeaks(language);
        },
        connection: () => undefined,
      },
    );
  }
}
