/** The line of a channel that says whether a human interpreter or the AI has it, and the way back to the AI. */
import { send } from '../../shared/api.js';
import { h, setText } from '../../shared/dom.js';
import { eventAddress } from '../../shared/organizer.js';
import { say } from '../../i18n/say.js';

/** @typedef {import('../api-types.js').ChannelStatus} ChannelStatus */

export class OnAirLine {
  #words = h('span', { dir: 'auto' });
  #back = h('button', {
    type: 'button',
    class: 'button small back-to-ai',
    hidden: true,
    'data-needs': 'control_event',
  });
  element = h('p', { class: 'on-air-line' }, this.#words, this.#back);

  /**
   * @param {string} event its id
   * @param {string} channel
   * @param {string} name of the channel
   * @param {(error: unknown) => void} failed
   */
  constructor(event, channel, name, failed) {
    setText(this.#back, say('liveBackToAi'));
    this.#back.setAttribute('aria-label', say('liveBackToAiOf', { channel: name }));
    this.#back.addEventListener('click', () => {
      this.#back.disabled = true;
      const address = `${eventAddress(event)}/channels/${encodeURIComponent(channel)}/release`;
      send(address, { method: 'POST' })
        .catch(failed)
        .finally(() => (this.#back.disabled = false));
    });
  }

  /** @param {ChannelStatus} status */
  show({ on_air, on_air_name: name = '' }) {
    const human = name !== '';
    const heard = on_air === 'human';
    const words = human && !heard ? 'liveNotHeard' : 'liveOnAirOf';
    setText(this.#words, say(words, { name: human ? name : say('liveOnAirAi') }));
    this.element.dataset.onAir = human ? (heard ? 'human' : 'lost') : 'ai';
    this.#back.hidden = !human;
  }
}
