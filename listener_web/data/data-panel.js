/** The setting of how much data to use, and how much was used. */
import { format } from '../i18n/format.js';
import { h, setText } from '../shared/dom.js';
import { segments } from '../shared/segments.js';
import { DATA_MODES } from './data-mode.js';
import { amountOf } from './data-use.js';

/** @typedef {import('../i18n/localise.js').Strings} Strings */
/** @typedef {import('./data-mode.js').DataMode} DataMode */
/** @typedef {import('./data-use.js').DataUse} DataUse */

const REFRESH_MS = 2_000;

export class DataPanel {
  #strings;
  #modes;
  #used = h('p', { id: 'data-used', class: 'soft' });

  /**
   * @param {HTMLElement} place
   * @param {Strings} strings
   * @param {object} on
   * @param {(mode: DataMode) => void} on.choose
   * @param {() => DataUse} on.look asked for a new reading while the panel is in sight
   */
  constructor(place, strings, { choose, look }) {
    this.#strings = strings;
    const { dataUse, dataNormal, dataLess, captionsOnly } = strings;
    const names = { normal: dataNormal, less: dataLess, captions: captionsOnly };
    this.#modes = segments(
      dataUse,
      'data-mode',
      DATA_MODES.map((mode) => [mode, names[mode]]),
      '',
      (value) => choose(/** @type {DataMode} */ (value)),
    );
    place.replaceChildren(this.#modes, this.#used);
    let timer = 0;
    new IntersectionObserver(([entry]) => {
      clearInterval(timer);
      if (!entry?.isIntersecting) return;
      this.#showUsed(look());
      timer = setInterval(() => this.#showUsed(look()), REFRESH_MS);
    }).observe(place);
  }

  /** @param {DataMode} mode that is chosen */
  show(mode) {
    for (const input of this.#modes.querySelectorAll('input')) input.checked = input.value === mode;
  }

  /** @param {DataUse} use */
  #showUsed({ bytes, bytesPerHour }) {
    const { dataUsed, dataUsedOnly } = this.#strings;
    const language = document.documentElement.lang;
    const used = amountOf(bytes, language);
    const text =
      bytesPerHour === null
        ? format(dataUsedOnly, { used })
        : format(dataUsed, { used, rate: amountOf(bytesPerHour, language) });
    setText(this.#used, text);
  }
}
