/** A button that asks the server for something that takes long, and says so until the answer is there. */
import { sendJson } from '../../shared/api.js';
import { abortedAfter } from '../../shared/deadline.js';
import { h, setText } from '../../shared/dom.js';

export class LongRequest {
  button;
  state = h('p', { class: 'soft', role: 'status' });
  #path;
  #timeoutMs;
  #fail;
  #words;
  #running = false;

  /**
   * @param {string} path of the request
   * @param {number} timeoutMs longer than the server takes
   * @param {{name: string, start: string, running: string}} words the class of the button, and what is read
   * @param {(error: unknown) => void} fail
   */
  constructor(path, timeoutMs, words, fail) {
    this.#path = path;
    this.#timeoutMs = timeoutMs;
    this.#words = words;
    this.#fail = fail;
    this.button = h('button', { type: 'button', class: `button small ${words.name}` }, words.start);
  }

  /** @param {string} title of the event that the button is for */
  nameAfter(title) {
    this.button.setAttribute('aria-label', `${this.#words.start}: ${title}`);
  }

  /**
   * Ask, unless that is going on.
   *
   * @param {() => object} begin makes the body of the request
   * @param {(answer: any) => unknown} show takes the answer
   */
  async run(begin, show) {
    if (this.#running) return;
    this.#running = true;
    this.button.setAttribute('aria-disabled', 'true');
    const body = begin();
    setText(this.state, this.#words.running);
    try {
      await show(await sendJson('POST', this.#path, body, {}, abortedAfter(this.#timeoutMs)));
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#running = false;
      this.button.removeAttribute('aria-disabled');
      setText(this.state, '');
    }
  }
}
