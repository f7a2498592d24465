/** The main and the backup input of a floor: which is heard, the level of the other, and the choice. */
import { sendJson } from '../../shared/api.js';
import { h, setText } from '../../shared/dom.js';
import { judge, levelMeter, showLevel } from '../../shared/level.js';
import { say } from '../../i18n/say.js';

/** @typedef {import('../api-types.js').FloorStatus} FloorStatus */

const CHOICES = /** @type {const} */ ({
  auto: 'inputAuto',
  main: 'inputMain',
  backup: 'inputBackup',
});

export class InputLine {
  /** Hidden while the event has no backup. */
  element = h('div', { class: 'input-line', hidden: true });
  #path;
  #failed;
  #heard = h('p', { class: 'status', role: 'status' });
  #other = h('span', { class: 'soft' });
  #meter = levelMeter(say('inputStandbyLevel'));
  #select = h(
    'select',
    { class: 'input', name: 'floor-input' },
    ...Object.entries(CHOICES).map(([value, key]) => h('option', { value }, say(key))),
  );

  /**
   * @param {string} event its id
   * @param {(error: unknown) => void} failed shows what went wrong
   */
  constructor(event, failed) {
    this.#path = `/api/events/${encodeURIComponent(event)}/inputs`;
    this.#failed = failed;
    this.#select.addEventListener('change', () => void this.#choose());
    const label = h('label', { 'data-needs': 'control_event' }, say('inputChoice'), this.#select);
    const standby = h('div', { class: 'standby' }, this.#other, this.#meter);
    this.element.append(this.#heard, standby, label);
  }

  /** @param {FloorStatus | null} floor */
  show(floor) {
    const { input = 'main', input_choice = 'auto', input_reason = '' } = floor ?? {};
    const standby = floor?.standby ?? false;
    this.element.hidden = !standby && input === 'main' && input_choice === 'auto';
    const failed = input_reason === 'gone' || input_reason === 'silent';
    this.#heard.dataset.status = failed ? 'reconnecting' : 'good';
    setText(this.#heard, heardWords(input, input_reason));
    setText(this.#other, say(standby ? 'inputStandby' : 'inputNoStandby'));
    const level = standby ? (floor?.standby_level_dbfs ?? -100) : -100;
    showLevel(this.#meter, level, judge(level, -100));
    if (document.activeElement !== this.#select) this.#select.value = input_choice;
  }

  async #choose() {
    try {
      await sendJson('PATCH', this.#path, { choice: this.#select.value });
    } catch (error) {
      this.#failed(error);
    }
  }
}

/**
 * @param {'main' | 'backup'} input that is heard
 * @param {string} reason
 */
function heardWords(input, reason) {
  if (input === 'backup') {
    if (reason === 'gone') return say('inputMainGone');
    if (reason === 'silent') return say('inputMainSilent');
    return say('inputBackupHeard');
  }
  return say(reason === 'gone' ? 'inputBackupGone' : 'inputMainHeard');
}
