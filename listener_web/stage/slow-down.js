/** The signal of the interpreters that the speaker is too fast. */
import { h, setText } from '../shared/dom.js';
import { say } from '../i18n/say.js';

export class SlowDownSign {
  #words = h('strong', {});
  element = h('p', { class: 'slow-down-sign', role: 'alert', hidden: true }, this.#words);

  /** @param {boolean} on */
  show(on) {
    setText(this.#words, on ? say('stageSlowDown') : '');
    this.element.hidden = !on;
  }
}
