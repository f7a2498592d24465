/** The sound check of one event: its light, its verdicts, and the question before going live. */
import { sendJson } from '../../shared/api.js';
import { h, setText } from '../../shared/dom.js';
import { eventAddress } from '../../shared/organizer.js';
import { microphoneVerdict, verdictsNow, worstOf } from '../../shared/sound-check.js';
import { checkName, checkWords, lightWords } from '../../i18n/check-words.js';
import { say } from '../../i18n/say.js';
import { listed } from '../../i18n/written.js';
import { HeardSound } from '../../shared/heard-sound.js';
import { ServiceComparison } from '../comparison/service-comparison.js';
import { Rehearsal } from './rehearsal.js';
import { InterpretationTrial } from './trial.js';
import { verdictRow } from './verdict-row.js';

/** @typedef {import('../../shared/sound-check.js').Verdict} Verdict */
/** @typedef {import('../api-types.js').FloorStatus} FloorStatus */
/** @typedef {import('../api-types.js').StoreStatus} StoreStatus */
/** @typedef {{running: boolean, results: Verdict[]}} CheckReport */

/** @type {StoreStatus | null} */
let store = null;
/** @type {Set<CheckPanel>} */
const panels = new Set();

/**
 * The store is the same for all events.
 *
 * @param {StoreStatus} status
 */
export function showStoreInChecks(status) {
  store = status;
  for (const panel of panels) panel.refresh();
}

export class CheckPanel {
  /** The overall light, for the head of the event's card. */
  light = h('p', { class: 'check-light', role: 'status' });
  #run = h('button', {
    type: 'button',
    class: 'button small check-run',
    'data-needs': 'control_event',
  });
  #list = h('ul', { class: 'check-list' });
  #note = h('p', { class: 'soft check-note', role: 'status' });
  element;
  #id;
  #fail;
  /** @type {CheckReport} */
  #report = { running: false, results: [] };
  /** @type {FloorStatus | null} */
  #floor = null;
  #shown = '';
  #title = '';
  #trial;
  #rehearsal;
  #comparison;

  /**
   * @param {string} id of the event
   * @param {(error: unknown) => void} fail
   */
  constructor(id, fail) {
    this.#id = id;
    this.#fail = fail;
    const heard = new HeardSound(`${eventAddress(id)}/sound`, {}, fail);
    heard.element.dataset.needs = 'control_event';
    const heading = h('h3', {}, say('checkTitle'));
    const buttons = h('div', { class: 'row' }, this.#run, heard.element);
    this.#trial = new InterpretationTrial(id, fail);
    this.#rehearsal = new Rehearsal(id, fail);
    this.#comparison = new ServiceComparison(id, fail);
    this.element = h(
      'section',
      { class: 'sound-check' },
      heading,
      buttons,
      this.#note,
      this.#list,
      this.#trial.element,
      this.#rehearsal.element,
      this.#comparison.element,
    );
    this.#run.addEventListener('click', () => void this.#start());
    panels.add(this);
    this.refresh();
  }

  /** @param {CheckReport} report */
  show(report) {
    this.#report = report;
    this.refresh();
  }

  /** @param {FloorStatus | null} floor */
  showFloor(floor) {
    this.#floor = floor;
    this.refresh();
  }

  /** @param {import('../api-types.js').DeskEvent} event as it is now */
  showEvent(event) {
    this.#title = event.title;
    this.#trial.show(event);
    this.#rehearsal.name(event.title);
    this.#comparison.show(event);
    this.refresh();
  }

  /** Nobody asks for this event any more. */
  end() {
    panels.delete(this);
  }

  /**
   * Ask once whether to go live although something is red.
   *
   * @returns {boolean} whether to go on
   */
  confirmLive() {
    const red = this.#verdicts().filter(({ light }) => light === 'red');
    if (red.length === 0) return true;
    const names = listed(red.map((one) => `${checkName(one)}: ${checkWords(one)[0]}`));
    return confirm(say('checkLiveAnyway', { names }));
  }

  /** Show what is known now; the list is made again only if it has changed. */
  refresh() {
    const verdicts = this.#verdicts();
    const checked = this.#report.results.length > 0;
    const words = JSON.stringify([verdicts, this.#report.running, this.#title]);
    if (words === this.#shown) return;
    this.#shown = words;
    const light = checked || verdicts.some((one) => one.light === 'red')
      ? worstOf(verdicts.map((one) => one.light))
      : 'grey';
    this.light.dataset.light = light;
    const text = checked || light === 'red' ? lightWords(light) : say('checkNever');
    this.light.replaceChildren(h('span', { class: 'check-dot', 'aria-hidden': 'true' }), text);
    const { running } = this.#report;
    this.#run.setAttribute('aria-disabled', String(running)); // it keeps the focus
    setText(this.#run, say(running ? 'checkRunning' : checked ? 'checkAgain' : 'checkRun'));
    this.#run.setAttribute('aria-label', `${this.#run.textContent}: ${this.#title}`);
    setText(this.#note, checked ? '' : say('checkWhat'));
    this.#note.hidden = checked;
    this.#list.replaceChildren(...verdicts.map(verdictRow));
  }

  #verdicts() {
    return verdictsNow(this.#report.results, microphoneVerdict(this.#floor), store);
  }

  async #start() {
    if (this.#report.running) return;
    try {
      this.show(await sendJson('POST', `${eventAddress(this.#id)}/check`, {}));
    } catch (error) {
      this.#fail(error);
    }
  }
}
