/** A button that plays the last seconds of what reaches the server. */
import { send } from './api.js';
import { h, setText } from './dom.js';
import { say } from '../i18n/say.js';

export class HeardSound {
  element = h('button', { type: 'button', class: 'button small heard' }, say('checkHear'));
  #path;
  #headers;
  #fail;
  /** @type {AudioContext | null} */
  #context = null;
  /** @type {AudioBufferSourceNode | null} */
  #playing = null;

  /**
   * @param {string} path of the sound
   * @param {Readonly<Record<string, string>>} headers that authorize the request
   * @param {(error: unknown) => void} fail
   */
  constructor(path, headers, fail) {
    this.#path = path;
    this.#headers = headers;
    this.#fail = fail;
    this.element.addEventListener('click', () => void (this.#playing ? this.#stop() : this.#play()));
  }

  async #play() {
    this.element.disabled = true;
    this.#context ??= new AudioContext();
    const context = this.#context;
    try {
      const answer = await send(this.#path, { headers: this.#headers, cache: 'no-store' });
      const buffer = await context.decodeAudioData(await answer.arrayBuffer());
      const player = new AudioBufferSourceNode(context, { buffer });
      player.connect(context.destination);
      player.addEventListener('ended', () => this.#stop());
      await context.resume();
      player.start();
      this.#playing = player;
      setText(this.element, say('checkHearStop'));
    } catch (error) {
      this.#stop();
      this.#fail(error);
    } finally {
      this.element.disabled = false;
    }
  }

  #stop() {
    this.#playing?.stop();
    this.#playing = null;
    setText(this.element, say('checkHear'));
  }
}
