/** The sound of alarms: switched on by a tap, muted for a while, tried out, and chosen for each alarm. */
import { h, setText } from '../../shared/dom.js';
import { device } from '../../shared/storage.js';
import { say } from '../../i18n/say.js';
import { whole } from '../../i18n/written.js';
import { ALARM_NAMES, alarmName } from './alarm-words.js';
import { Sounding } from './sounding.js';
import { TONE_NAMES, TonePlayer, isTone } from './tones.js';

/** @typedef {import('./alarm-words.js').Alarm} Alarm */
/** @typedef {import('./tones.js').Tone} Tone */

const KEPT = 'live-tones';
const MINUTES = [1, 5, 15, 60];
const LOOK_MS = 500;

const TONE_WORDS = /** @type {const} */ ({
  siren: 'toneSiren',
  beeps: 'toneBeeps',
  chime: 'toneChime',
  low: 'toneLow',
  none: 'toneNone',
});

export class SoundPanel {
  /** The bar with the switch. */
  element = h('div', { class: 'sound-controls' });
  /** The choice of tones. */
  choices = h('details', { class: 'card choices' });
  player = new TonePlayer(() => this.#show());
  #sounding = new Sounding();
  #alarms;
  #shown = '';
  #state = h('p', { class: 'sound-state', role: 'status' });
  #on = h('button', { type: 'button', class: 'button primary', id: 'sound-on' }, say('liveSoundOn'));
  #test = h('button', { type: 'button', class: 'button', id: 'sound-test' }, say('liveSoundTest'));
  #unmute = h('button', { type: 'button', class: 'button', id: 'sound-unmute' }, say('liveUnmute'));
  #mute = h(
    'select',
    { class: 'input', id: 'sound-mute', 'aria-label': say('liveMute') },
    h('option', { value: '' }, say('liveMute')),
    ...MINUTES.map((count) =>
      h('option', { value: String(count) }, say('liveMuteFor', { count, minutes: whole(count) })),
    ),
  );

  /** @param {() => readonly Alarm[]} alarms that are raised */
  constructor(alarms) {
    this.#alarms = alarms;
    this.#sounding.chosen = recalled();
    this.element.append(this.#state, this.#on, this.#test, this.#mute, this.#unmute);
    this.#on.addEventListener('click', () => void this.#start());
    this.#test.addEventListener('click', () => void this.#try('siren'));
    this.#unmute.addEventListener('click', () => this.#muteFor(0));
    this.#mute.addEventListener('change', () => {
      this.#muteFor(Number(this.#mute.value));
      this.#mute.value = '';
    });
    this.choices.append(h('summary', {}, say('liveSounds')), this.#choices());
    setInterval(() => this.look(), LOOK_MS);
    this.#show();
  }

  /** Let the alarm that is due be heard. */
  look() {
    this.#show();
    if (!this.player.running) return;
    const tone = this.#sounding.due(this.#alarms(), Date.now());
    if (tone !== null) this.player.play(tone);
  }

  async #start() {
    const focused = this.#on === document.activeElement;
    await this.player.start();
    this.look();
    if (focused) this.#test.focus(); // the switch is hidden now
  }

  /** @param {Tone} tone */
  async #try(tone) {
    await this.player.start();
    this.player.play(tone);
  }

  /** @param {number} minutes */
  #muteFor(minutes) {
    this.#sounding.mutedUntilMs = minutes > 0 ? Date.now() + minutes * 60_000 : 0;
    this.#show();
    if (minutes > 0) this.#unmute.focus();
    else this.#mute.focus();
  }

  #show() {
    const now = Date.now();
    const muted = this.#sounding.isMuted(now);
    const state = !this.player.running ? 'off' : muted ? 'muted' : 'on';
    const left = Math.max(1, Math.ceil((this.#sounding.mutedUntilMs - now) / 60_000));
    const words =
      state === 'muted'
        ? say('liveSoundMuted', { count: left, minutes: whole(left) })
        : say(state === 'on' ? 'liveSoundIsOn' : 'liveSoundIsOff');
    setText(this.#state, words);
    if (this.#shown === state) return;
    this.#shown = state;
    this.element.dataset.sound = state;
    this.#on.hidden = state !== 'off';
    this.#test.hidden = state === 'off';
    this.#mute.hidden = state !== 'on';
    this.#unmute.hidden = state !== 'muted';
  }

  #choices() {
    const rows = Object.keys(ALARM_NAMES).map((id) => {
      const select = h(
        'select',
        { class: 'input', name: id },
        h('option', { value: '' }, say('toneUsual')),
        ...TONE_NAMES.map((tone) => h('option', { value: tone }, say(TONE_WORDS[tone]))),
      );
      select.value = this.#sounding.chosen[id] ?? '';
      select.addEventListener('change', () => this.#choose(id, select.value));
      const hear = h(
        'button',
        { type: 'button', class: 'button', 'aria-label': say('liveHearOf', { name: alarmName(id) }) },
        say('liveHear'),
      );
      hear.addEventListener('click', () => {
        void this.#try(isTone(select.value) ? select.value : 'siren');
      });
      const label = h('label', { class: 'field' }, alarmName(id), select);
      return h('div', { class: 'choice' }, label, hear);
    });
    return h('div', { class: 'choice-list' }, ...rows);
  }

  /**
   * @param {string} id of an alarm
   * @param {string} tone empty for the usual one
   */
  #choose(id, tone) {
    const { [id]: _, ...others } = this.#sounding.chosen;
    this.#sounding.chosen = isTone(tone) ? { ...others, [id]: tone } : others;
    device.remember(KEPT, JSON.stringify(this.#sounding.chosen));
  }
}

/** @returns {Record<string, Tone>} */
function recalled() {
  try {
    const kept = JSON.parse(device.recall(KEPT) ?? '{}');
    return Object.fromEntries(Object.entries(kept).filter(([, tone]) => isTone(tone)));
  } catch {
    return {};
  }
}
