/**
 * Two services next to each other: their captions as they come, and a button to hear each.
 *
 * It is loaded when it is needed, as a file of its own. So it has no words of the page: it is given them.
 */
import { CaptionFeed } from '../../captions/caption-feed.js';
import { Player } from '../../player/player.js';
import { addressOf, usableTransports } from '../../player/transports.js';
import { Asking } from '../../shared/asking.js';
import { h } from '../../shared/dom.js';
import { network } from '../../shared/reachable.js';

network.askBy(new Asking());

/** A reader this near to the end follows what comes. */
const AT_BOTTOM_PX = 40;

/** @typedef {import('../../captions/caption-feed.js').Caption} Caption */
/** @typedef {{title: string, hear: string}} SideWords what one service is called, and its button */

class ComparedSide {
  element;
  hear;
  player;
  #feed;
  #log;
  /** @type {Map<string, HTMLElement>} */
  #captions = new Map();

  /**
   * @param {string} event id of the hidden event
   * @param {string} language the tag of its channel
   * @param {SideWords} words
   */
  constructor(event, language, { title, hear }) {
    const titleId = `compared-${event}`;
    this.#log = h('div', {
      class: 'comparison-captions',
      role: 'log',
      lang: language,
      dir: 'auto',
      tabIndex: 0,
      'aria-live': 'off',
      'aria-labelledby': titleId,
    });
    this.hear = h(
      'button',
      { type: 'button', class: 'button small comparison-hear', 'aria-pressed': 'false' },
      hear,
    );
    this.element = h(
      'section',
      { class: 'comparison-side', 'aria-labelledby': titleId },
      h('h5', { id: titleId }, title),
      this.hear,
      this.#log,
    );
    this.player = new Player(
      usableTransports(false, null),
      (transport, channel) => addressOf(transport, event, channel),
      network,
    );
    this.player.addEventListener('change', () => (this.hear.dataset.player = this.player.state));
    const [e, c] = [encodeURIComponent(event), encodeURIComponent(language)];
    this.#feed = new CaptionFeed(
      { stream: `/e/${e}/captions/${c}`, poll: `/e/${e}/poll/${c}` },
      {
        caption: (caption) => this.#show(caption),
        state: () => undefined,
        connection: () => undefined,
      },
    );
  }

  /** Nothing more comes; what was read stays. */
  end() {
    this.#feed.close();
    this.player.stop();
    this.hear.disabled = true;
    this.hear.setAttribute('aria-pressed', 'false');
  }

  /** @param {Caption} caption */
  #show({ id, text }) {
    const log = this.#log;
    const follows = log.scrollHeight - log.scrollTop - log.clientHeight < AT_BOTTOM_PX;
    let line = this.#captions.get(id);
    if (line === undefined) {
      line = h('p', {});
      this.#captions.set(id, line);
      log.append(line);
    }
    line.textContent = text;
    if (follows) log.scrollTop = log.scrollHeight;
  }
}

export class ComparedSides {
  element = h('div', { class: 'comparison-sides' });
  #sides;

  /**
   * @param {{event: string, words: SideWords}[]} sides with the hidden events
   * @param {string} language
   */
  constructor(sides, language) {
    this.#sides = sides.map(({ event, words }) => new ComparedSide(event, language, words));
    for (const side of this.#sides) {
      side.hear.addEventListener('click', () => this.#hear(side, language));
      this.element.append(side.element);
    }
  }

  end() {
    for (const side of this.#sides) side.end();
  }

  /**
   * Hear one service instead of the other, or none. The talk goes on.
   *
   * @param {ComparedSide} chosen
   * @param {string} language
   */
  #hear(chosen, language) {
    const starts = chosen.hear.getAttribute('aria-pressed') !== 'true';
    for (const side of this.#sides) {
      const heard = starts && side === chosen;
      side.hear.setAttribute('aria-pressed', String(heard));
      if (heard) void side.player.listen(language);
      else side.player.stop();
    }
  }
}
