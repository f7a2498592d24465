/** A button that plays the last seconds of what reaches the server. */
import { send } from './api.js';
import { ClipButton } from './clip-button.js';
import { say } from '../i18n/say.js';

export class HeardSound {
  element;

  /**
   * @param {string} path of the sound
   * @param {Readonly<Record<string, string>>} headers that authorize the request
   * @param {(error: unknown) => void} fail
   */
  constructor(path, headers, fail) {
    const load = async () => (await send(path, { headers, cache: 'no-store' })).arrayBuffer();
    const words = { play: say('checkHear'), stop: say('checkHearStop') };
    this.element = new ClipButton(words, load, fail).element;
    this.element.classList.add('heard');
  }
}
