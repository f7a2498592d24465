/**
 * The dock at the bottom: a wide Listen button before the first tap, then a small player, and a quiet
 * line for attendees who want captions only.
 */
import { format } from '../i18n/format.js';
import { byId, setText } from '../shared/dom.js';
import { statusOf, statusText } from './status.js';

/** @typedef {import('../i18n/localise.js').Strings} Strings */
/** @typedef {import('../languages/choice.js').Choice} Choice */
/** @typedef {import('./status.js').Situation} Situation */

/**
 * What the dock shows. `join` is the wide Listen button, `player` the small player, and `captions` the
 * line for attendees who want captions only.
 *
 * @typedef {object} DockView
 * @property {'join' | 'player' | 'captions'} form
 * @property {boolean} wanted whether sound is wanted: the button then stops it
 * @property {boolean} sounding
 * @property {boolean} possible whether this browser has a way to play
 * @property {string} title what is heard
 * @property {string} detail how it stands, or how late it is
 */

export class Dock {
  #strings;
  #dock = byId('dock', HTMLElement);
  #button = byId('listen', HTMLButtonElement);
  #now = byId('now', HTMLButtonElement);
  #readOnly = byId('read-only', HTMLButtonElement);

  /**
   * @param {Strings} strings
   * @param {object} on
   * @param {() => void} on.press Listen or Stop
   * @param {() => void} on.read captions only are wanted
   * @param {() => void} on.open the sheet is wanted
   */
  constructor(strings, { press, read, open }) {
    this.#strings = strings;
    this.#button.addEventListener('click', press);
    this.#now.addEventListener('click', open);
    this.#readOnly.addEventListener('click', () => {
      read();
      // The button that had the focus is gone.
      this.#now.focus();
    });
  }

  /** @param {DockView} view */
  show({ form, wanted, sounding, possible, title, detail }) {
    this.#dock.dataset.form = form;
    // Not `aria-pressed`: the name changes, and "Stop, pressed" would be said of what plays.
    this.#button.dataset.listening = String(wanted);
    this.#button.dataset.sounding = String(sounding);
    this.#button.disabled = !possible;
    setText(byId('listen-text', HTMLElement), wanted ? this.#strings.stop : this.#strings.listen);
    this.#now.hidden = form === 'join';
    this.#readOnly.hidden = form !== 'join';
    setText(byId('now-title', HTMLElement), title);
    setText(byId('now-detail', HTMLElement), detail);
  }
}

/**
 * What the dock shows in a situation.
 *
 * @param {Strings} strings
 * @param {object} page
 * @param {Situation} page.situation of the channel that is read
 * @param {Choice} page.choice
 * @param {boolean} page.hasListened since the page was loaded
 * @param {Pick<import('./sound.js').Sound, 'wanted' | 'possible' | 'bufferedMs' | 'outputLatencyMs'>} page.sound
 * @returns {DockView}
 */
export function dockView(strings, { situation, choice, hasListened, sound }) {
  const { wanted, possible } = sound;
  const soundDelayMs = sound.bufferedMs + sound.outputLatencyMs;
  const { player } = situation;
  // After an interruption the notice says what to tap, and that is the wide button.
  const isPlayer = wanted || (hasListened && player === 'idle');
  const form = isPlayer ? 'player' : 'join';
  const [title, detail] = linesOf(strings, situation, choice, wanted, soundDelayMs);
  const sounding = player === 'playing';
  return { form: choice.captionsOnly ? 'captions' : form, wanted, sounding, possible, title, detail };
}

/**
 * @param {Strings} strings
 * @param {Situation} situation
 * @param {Choice} choice
 * @param {boolean} wanted
 * @param {number} soundDelayMs from the arrival of the sound to the ear
 * @returns {[title: string, detail: string]}
 */
function linesOf(strings, situation, { hear, read, captionsOnly }, wanted, soundDelayMs) {
  const heard = hear.id === 'floor' ? strings.original : hear.name;
  const shown = read.id === 'floor' ? strings.original : read.name;
  if (captionsOnly) return [strings.captionsOnly, shown];
  if (!wanted) return [heard, strings.soundOff];
  // The reports are about what is read; of another channel that is heard they say nothing.
  const own = hear.id === read.id ? situation : withoutBooth(situation);
  if (statusOf(own) !== 'live') return [heard, statusText(strings, own)];
  const title = `${heard} · ${strings.live}`;
  if (hear.id !== read.id) return [title, `${strings.read}: ${shown}`];
  // Without the interpreter's lag, which is most of it, there is no delay to tell.
  const lag_s = hear.id === 'floor' ? 0 : situation.channel?.lag_s;
  if (lag_s === undefined) return [title, ''];
  const seconds = Math.round(lag_s + soundDelayMs / 1000);
  return [title, seconds < 1 ? strings.lessBehind : format(strings.behind, { seconds })];
}

/**
 * The situation with nothing said about the booth.
 *
 * @param {Situation} situation
 * @returns {Situation}
 */
function withoutBooth(situation) {
  const { channel } = situation;
  return channel === null ? situation : { ...situation, channel: { ...channel, channel: 'live' } };
}
