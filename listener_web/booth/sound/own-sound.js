/** The interpreter's microphone: its choice, its level, what is wrong with it, and hearing oneself. */
import { h, setText } from '../../shared/dom.js';
import { judge, levelMeter, showLevel } from '../../shared/level.js';
import { device } from '../../shared/storage.js';
import { speakerWords } from '../../i18n/check-words.js';
import { say } from '../../i18n/say.js';
import { Microphone, explainMicrophone } from '../../stage/microphone.js';
import { SoundWatch } from './sound-watch.js';

const DEVICE = 'booth-microphone';

export class OwnSound {
  /** @type {Microphone | null} */
  #microphone = null;
  #watch = new SoundWatch();
  #on;
  #devices = h('select', { class: 'input', id: 'device' });
  #meter = levelMeter(say('stageLevel'));
  #words = h('p', { class: 'own-words', role: 'status' });
  #self = h('input', { type: 'checkbox', id: 'self' });
  #processing = h('input', { type: 'checkbox', id: 'processing' });
  #coughing = false;
  #silenced = false;

  /**
   * @param {HTMLElement} element is filled
   * @param {{track: (track: MediaStreamTrack | null) => void, self: (track: MediaStreamTrack | null) => void}} on
   *   `track` is told the microphone that is open, `self` the one to be heard in the headphones
   */
  constructor(element, on) {
    this.#on = on;
    this.#devices.setAttribute('aria-label', say('stageMicrophone'));
    element.append(
      h('div', { class: 'own-level' }, this.#meter, this.#words),
      this.#devices,
      h('label', { class: 'check' }, this.#self, h('span', {}, say('consoleSelf'), ' ', h('kbd', {}, 'S'))),
      h('label', { class: 'check' }, this.#processing, h('span', {}, say('consoleProcessing'))),
    );
    this.#devices.addEventListener('change', () => {
      device.remember(DEVICE, this.#devices.value);
      void this.open();
    });
    this.#processing.addEventListener('change', () => void this.open());
    this.#self.addEventListener('change', () => this.#tellSelf());
  }

  /** The open microphone's track, or null. */
  get track() {
    return this.#microphone?.track ?? null;
  }

  /**
   * Open the chosen microphone.
   *
   * @returns {Promise<boolean>} whether it is open
   */
  async open() {
    this.#microphone ??= this.#made();
    const wanted = this.#devices.value || (device.recall(DEVICE) ?? '');
    try {
      const track = await this.#openOr(this.#microphone, wanted);
      this.#watch.forget();
      this.#silence();
      await this.#list(this.#microphone, track.getSettings().deviceId ?? '');
      this.#on.track(track);
      this.#tellSelf();
      setText(this.#words, '');
      return true;
    } catch (error) {
      setText(this.#words, explainMicrophone(error));
      this.#words.dataset.tone = 'bad';
      return false;
    }
  }

  /** Hear oneself, or not. */
  switchSelf() {
    this.#self.checked = !this.#self.checked;
    this.#tellSelf();
  }

  /**
   * Send silence while the interpreter coughs or is muted, before the server knows.
   *
   * @param {{coughing: boolean, muted: boolean}} now
   */
  silence({ coughing, muted }) {
    this.#coughing = coughing;
    this.#silenced = muted;
    this.#silence();
  }

  /**
   * Measure once.
   *
   * @param {number} heardDbfs of the headphones
   */
  measure(heardDbfs) {
    if (this.#microphone === null || this.track === null) return;
    const { rmsDbfs, held } = this.#microphone.measure();
    const silent = this.#coughing || this.#silenced;
    const loudness = judge(held.rmsDbfs, held.peakDbfs);
    showLevel(this.#meter, rmsDbfs, silent ? 'none' : loudness);
    if (silent) return;
    this.#watch.add({ atMs: performance.now(), rmsDbfs, peakDbfs: held.peakDbfs, heardDbfs });
    const problem = this.#watch.problem();
    setText(this.#words, problemWords(problem));
    this.#words.dataset.tone = problem === '' ? '' : 'warn';
  }

  /**
   * @param {Microphone} microphone
   * @param {string} deviceId
   */
  async #openOr(microphone, deviceId) {
    const room = this.#processing.checked;
    try {
      return await microphone.open({ deviceId, room });
    } catch (error) {
      const gone = error instanceof DOMException && error.name === 'OverconstrainedError';
      if (!gone || deviceId === '') throw error;
      return microphone.open({ deviceId: '', room });
    }
  }

  #made() {
    const made = new Microphone();
    made.addEventListener('lost', () => {
      setText(this.#words, say('microphoneGone'));
      this.#words.dataset.tone = 'bad';
      this.#on.track(null);
      this.#on.self(null);
    });
    navigator.mediaDevices.addEventListener('devicechange', () => {
      void this.#list(made, this.#devices.value);
      if (made.track === null || made.track.readyState === 'ended') void this.open();
    });
    return made;
  }

  /**
   * @param {Microphone} from
   * @param {string} selected
   */
  async #list(from, selected) {
    const options = (await from.list()).map(({ deviceId, label }) =>
      h('option', { value: deviceId }, label || say('stageMicrophone')),
    );
    this.#devices.replaceChildren(...options);
    this.#devices.value = selected;
  }

  #silence() {
    const { track } = this;
    if (track !== null) track.enabled = !(this.#coughing || this.#silenced);
  }

  #tellSelf() {
    this.#on.self(this.#self.checked ? this.track : null);
  }
}

/** @param {import('./sound-watch.js').MicrophoneProblem} problem */
function problemWords(problem) {
  if (problem === '') return '';
  if (problem === 'echo') return say('consoleEcho');
  return speakerWords({ check: 'microphone', light: 'amber', problem, values: {}, message: '', hint: '' });
}
