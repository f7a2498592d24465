/** The choice of what the interpreter hears, its volume, and its level. */
import { h, setText } from '../../shared/dom.js';
import { judge, levelMeter, showLevel } from '../../shared/level.js';
import { device, tab } from '../../shared/storage.js';
import { say } from '../../i18n/say.js';
import { languageName } from '../../i18n/written.js';

const VOLUME = 'booth-volume';
const STEP = 0.1;
const ORIGINAL = 'floor';

export class HeardPanel {
  #on;
  #own;
  #choice = h('select', { class: 'input', id: 'hear' });
  #volume = h('input', { type: 'range', id: 'volume', min: '0', max: '1', step: '0.05' });
  #meter = levelMeter(say('consoleSpeakerLevel'));
  #words = h('p', { class: 'heard-words', role: 'status' });
  #key;
  /** The channel that the desk has set. */
  #pivot = '';

  /**
   * @param {HTMLElement} element is filled
   * @param {string} event its id
   * @param {string} own the channel of this console
   * @param {{hear: (channel: string) => void, volume: (volume: number) => void}} on
   */
  constructor(element, event, own, on) {
    this.#on = on;
    this.#own = own;
    this.#key = `booth-hear-${event}-${own}`;
    this.#volume.value = device.recall(VOLUME) ?? '0.8';
    this.#choice.addEventListener('change', () => {
      tab.remember(this.#key, this.#choice.value);
      this.#tell();
    });
    this.#volume.addEventListener('input', () => this.#takeVolume());
    element.append(
      h(
        'div',
        { class: 'heard-row' },
        h('label', { class: 'field' }, h('span', {}, say('consoleHear')), this.#choice),
        h('label', { class: 'field' }, h('span', {}, say('consoleVolume')), this.#volume),
        h('div', { class: 'field heard-level' }, h('span', {}, say('consoleSpeaker')), this.#meter),
      ),
      this.#words,
    );
  }

  /** The channel that is heard. */
  get channel() {
    return this.#choice.value;
  }

  /** 0 to 1, as perceived. */
  get volume() {
    return Number(this.#volume.value);
  }

  /**
   * @param {readonly string[]} channels of the event
   * @param {string} pivot channel that the desk has set; empty for the original
   */
  offer(channels, pivot) {
    const offered = channels.filter((channel) => channel !== this.#own);
    const words = `${offered} ${pivot}`;
    if (this.#choice.dataset.words === words) return;
    this.#choice.dataset.words = words;
    const wanted = tab.recall(this.#key) ?? (pivot || ORIGINAL);
    this.#pivot = pivot;
    const options = offered.map((channel) => h('option', { value: channel }, nameOf(channel)));
    this.#choice.replaceChildren(...options);
    this.#choice.value = offered.includes(wanted) ? wanted : ORIGINAL;
    this.#tell();
  }

  /** From the original to the relay channel, or back. */
  switchSource() {
    const values = [...this.#choice.options].map(({ value }) => value);
    const relay = this.#pivot || values.find((value) => value !== ORIGINAL);
    const next = this.#choice.value === ORIGINAL ? relay : ORIGINAL;
    if (next === undefined) return;
    this.#choice.value = next;
    tab.remember(this.#key, next);
    this.#tell();
  }

  /** @param {1 | -1} direction */
  turn(direction) {
    this.#volume.value = String(this.volume + direction * STEP);
    this.#takeVolume();
  }

  /**
   * @param {number} dbfs
   * @param {{playing: boolean, speaker: boolean | null}} heard `speaker` is null while it is not known
   */
  show(dbfs, { playing, speaker }) {
    showLevel(this.#meter, dbfs, dbfs > -1 ? 'loud' : judge(dbfs, dbfs));
    let words = '';
    if (this.channel !== ORIGINAL) words = say('consoleRelay', { language: nameOf(this.channel) });
    else if (speaker === false) words = say('consoleNoSpeaker');
    if (!playing) words = [words, say('consoleNoSound')].join(' ').trim();
    setText(this.#words, words);
  }

  #takeVolume() {
    device.remember(VOLUME, this.#volume.value);
    this.#on.volume(this.volume);
  }

  #tell() {
    this.#on.hear(this.#choice.value);
  }
}

/** @param {string} channel */
function nameOf(channel) {
  return channel === ORIGINAL ? say('consoleOriginal') : languageName(channel);
}
