/** A button that plays a short sound, and stops it. */
import { h, setText } from './dom.js';

export class ClipButton {
  element = h('button', { type: 'button', class: 'button small' });
  #words;
  #load;
  #fail;
  /** @type {AudioContext | null} */
  #context = null;
  /** @type {AudioBufferSourceNode | null} */
  #playing = null;

  /**
   * @param {{play: string, stop: string}} words
   * @param {() => Promise<ArrayBuffer>} load the sound as a file
   * @param {(error: unknown) => void} fail
   */
  constructor(words, load, fail) {
    this.#words = words;
    this.#load = load;
    this.#fail = fail;
    setText(this.element, words.play);
    this.element.addEventListener('click', () => void (this.#playing ? this.stop() : this.play()));
  }

  /** Play it from its beginning. */
  async play() {
    this.stop();
    this.element.disabled = true;
    this.#context ??= new AudioContext();
    const context = this.#context;
    try {
      const buffer = await context.decodeAudioData(await this.#load());
      const player = new AudioBufferSourceNode(context, { buffer });
      player.connect(context.destination);
      player.addEventListener('ended', () => {
        if (player === this.#playing) this.stop();
      });
      await context.resume();
      player.start();
      this.#playing = player;
      setText(this.element, this.#words.stop);
    } catch (error) {
      this.stop();
      this.#fail(error);
    } finally {
      this.element.disabled = false;
    }
  }

  stop() {
    this.#playing?.stop();
    this.#playing = null;
    setText(this.element, this.#words.play);
  }
}
