/** Plays a channel of a part while its captions follow; a click on a caption plays from there. */
import { channelName } from '../desk/live/alarm-words.js';
import { say } from '../i18n/say.js';
import { getJson } from '../shared/api.js';
import { byId, h, setText } from '../shared/dom.js';
import { lengthText } from './recording-words.js';

/** @typedef {{id: string, start_ms: number, end_ms: number, text: string}} RecordedCaption */

export class SoundPlayer {
  #path;
  #place = byId('player', HTMLElement);
  #title = byId('playing', HTMLElement);
  #sound = byId('sound', HTMLAudioElement);
  #how = byId('how', HTMLElement);
  #lines = byId('lines', HTMLElement);
  /** @type {{start_ms: number, button: HTMLButtonElement}[]} */
  #shown = [];
  #current = -1;

  /** @param {string} path of the recordings in the API */
  constructor(path) {
    this.#path = path;
    this.#sound.addEventListener('timeupdate', () => this.#follow());
    this.#sound.addEventListener('seeking', () => this.#follow());
  }

  /**
   * @param {number} part
   * @param {string} channel
   */
  async play(part, channel) {
    const file = `${this.#path}/${part}/${encodeURIComponent(channel)}`;
    this.#place.hidden = false;
    setText(this.#title, channelName(channel));
    this.#title.focus();
    this.#sound.src = `${file}.ogg`;
    this.#show([]);
    void this.#sound.play().catch(() => {}); // the controls are there
    const { captions } = await getJson(`${file}.json`);
    this.#show(captions, channel);
  }

  /**
   * @param {RecordedCaption[]} captions
   * @param {string} [channel]
   */
  #show(captions, channel = '') {
    this.#current = -1;
    this.#shown = captions.map((caption) => {
      const time = h('span', { class: 'soft' }, lengthText(caption.start_ms));
      const text = h('span', { dir: 'auto', lang: channel === 'floor' ? '' : channel }, caption.text);
      const button = h('button', { type: 'button' }, time, text);
      button.addEventListener('click', () => this.#seek(caption.start_ms));
      return { start_ms: caption.start_ms, button };
    });
    this.#lines.replaceChildren(...this.#shown.map(({ button }) => h('li', {}, button)));
    setText(
      this.#how,
      say(captions.length > 0 ? 'recordingsTranscript' : 'recordingsNoCaptions'),
    );
  }

  /** @param {number} ms */
  #seek(ms) {
    this.#sound.currentTime = ms / 1_000;
    void this.#sound.play().catch(() => {}); // the controls are there
  }

  #follow() {
    const ms = this.#sound.currentTime * 1_000;
    const following = this.#shown.findIndex(({ start_ms }) => start_ms > ms);
    const current = (following < 0 ? this.#shown.length : following) - 1;
    if (current === this.#current) return;
    this.#shown[this.#current]?.button.removeAttribute('aria-current');
    this.#current = current;
    const button = this.#shown[current]?.button;
    button?.setAttribute('aria-current', 'true');
    button?.scrollIntoView({ block: 'nearest' });
  }
}
