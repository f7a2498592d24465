/** The microphones of a floor that are mixed: their names and levels, and which is the speaker’s. */
import { h, setText } from '../../shared/dom.js';
import { judge, levelMeter, showLevel } from '../../shared/level.js';
import { say } from '../../i18n/say.js';

/** @typedef {import('../api-types.js').FloorStatus} FloorStatus */

export class MicrophoneList {
  /** Hidden while the event has a single microphone without a name. */
  element = h('ul', { class: 'microphone-list', 'aria-label': say('liveMicrophones'), hidden: true });
  /** @type {{state: HTMLElement, meter: HTMLElement}[]} */
  #rows = [];

  /** @param {FloorStatus | null} floor */
  show(floor) {
    const microphones = floor?.microphones ?? [];
    this.element.hidden = microphones.length === 0;
    while (this.#rows.length > microphones.length) {
      this.#rows.pop();
      this.element.lastElementChild?.remove();
    }
    microphones.forEach(({ name, level_dbfs: level, connected, loudest }, place) => {
      const { state, meter } = this.#row(place);
      state.dataset.status = connected ? 'good' : 'reconnecting';
      setText(state, loudest ? say('liveMicrophoneSpeaks', { name }) : name);
      meter.setAttribute('aria-label', say('liveMicrophoneLevel', { name }));
      showLevel(meter, level, judge(level, -100));
    });
  }

  /** @param {number} place */
  #row(place) {
    let row = this.#rows[place];
    if (row === undefined) {
      row = { state: h('span', { class: 'status', dir: 'auto' }), meter: levelMeter('') };
      this.#rows.push(row);
      this.element.append(h('li', {}, row.state, row.meter));
    }
    return row;
  }
}
