/**
 * The languages in the page's header. Few of them are a strip of radio buttons, next to the button that
 * opens the sheet. With many, or when what is heard and what is read are parted, that button says
 * what is chosen.
 */
import { byId, h } from '../shared/dom.js';
import { targetsOf } from './choice.js';

/** @typedef {import('../i18n/localise.js').Strings} Strings */
/** @typedef {import('./choice.js').Channel} Channel */
/** @typedef {import('./choice.js').Choice} Choice */

/** With more languages than this, next to the original, the strip is replaced by a button. */
export const MOST_IN_STRIP = 5;

export class ChannelBar {
  #strings;
  #choose;
  #isLong = false;
  #bar = byId('channel-bar', HTMLElement);
  #strip = byId('channels', HTMLFieldSetElement);
  #button = byId('languages-button', HTMLButtonElement);
  #text = byId('languages-text', HTMLElement);

  /**
   * @param {readonly Channel[]} channels
   * @param {Strings} strings
   * @param {object} on
   * @param {(channel: Channel) => void} on.choose a radio button
   * @param {() => void} on.open the sheet is wanted
   */
  constructor(channels, strings, { choose, open }) {
    this.#strings = strings;
    this.#choose = choose;
    this.#button.addEventListener('click', open);
    this.offer(channels);
  }

  /** @param {readonly Channel[]} channels to choose from, from now on */
  offer(channels) {
    this.#isLong = channels.filter(({ id }) => id !== 'floor').length > MOST_IN_STRIP;
    for (const label of this.#strip.querySelectorAll('label')) label.remove();
    if (this.#isLong) return;
    const options = channels.map((channel) => {
      const onchange = () => this.#choose(channel);
      const input = h('input', { type: 'radio', name: 'channel', value: channel.id, onchange });
      return h('label', { 'data-channel': channel.id }, input, channelName(channel, this.#strings));
    });
    this.#strip.append(...options);
  }

  /**
   * Show what is chosen.
   *
   * @param {Choice} choice
   * @param {ScrollBehavior} behavior how the strip moves to it
   */
  show(choice, behavior) {
    const isStrip = !this.#isLong && choice.linked;
    this.#bar.dataset.form = isStrip ? 'strip' : 'button';
    this.#strip.hidden = !isStrip;
    this.#bar.hidden = false;
    this.#text.replaceChildren(...(isStrip ? [] : this.#chosen(choice)));
    if (!isStrip) return;
    for (const input of this.#strip.querySelectorAll('input')) {
      input.checked = input.value === choice.read.id;
      if (!input.checked) continue;
      input.scrollIntoView({ behavior, block: 'nearest', inline: 'center' });
    }
  }

  /**
   * What is heard and read; one part where these are one. Its label is then hidden by the style.
   *
   * @param {Choice} choice
   */
  #chosen(choice) {
    const { hear, read, second } = choice;
    const reads = this.#part('read', second === null ? [read] : [read, second]);
    if (targetsOf(choice).includes('hear')) return [this.#part('hear', [hear]), reads];
    return [reads];
  }

  /**
   * @param {'hear' | 'read'} label
   * @param {Channel[]} channels
   */
  #part(label, channels) {
    const names = channels.map((channel) => channelName(channel, this.#strings));
    const joined = names.flatMap((name, i) => (i === 0 ? [name] : [' + ', name]));
    const title = h('small', {}, this.#strings[label]);
    return h('span', { class: 'chosen', 'data-target': label }, title, ' ', h('b', {}, ...joined));
  }
}

/**
 * A channel's name in its own language and direction.
 *
 * @param {Channel} channel
 * @param {Strings} strings
 */
export function channelName(channel, strings) {
  if (channel.id === 'floor') return h('span', {}, strings.original);
  return h('span', { lang: channel.id, dir: channel.dir }, channel.name);
}
