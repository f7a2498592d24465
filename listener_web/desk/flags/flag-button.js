/** Flags the passage of a channel that is read now as interpreted badly, with one tap. */
import { send } from '../../shared/api.js';
import { h, setText } from '../../shared/dom.js';
import { eventAddress } from '../../shared/organizer.js';
import { explained, inSentences } from '../../i18n/error-words.js';
import { say } from '../../i18n/say.js';

export class FlagButton {
  element = h('button', { type: 'button', class: 'button', id: 'flag-passage' }, say('liveFlag'));
  /** Says that it was flagged, or why not. */
  told = h('p', { class: 'soft', role: 'status', id: 'flag-told' });
  #event = '';
  #channel = '';
  #sending = false;
  /** Where the newest caption begins on the clock of the event; null before the first. @type {number | null} */
  #startMs = null;

  constructor() {
    this.element.addEventListener('click', () => void this.#flag());
  }

  /**
   * @param {string} event
   * @param {string} channel that is read from now on
   */
  begin(event, channel) {
    [this.#event, this.#channel, this.#startMs] = [event, channel, null];
    setText(this.told, '');
  }

  /** @param {number} startMs of the newest caption */
  heard(startMs) {
    this.#startMs = startMs;
  }

  async #flag() {
    /** @type {Record<string, unknown>} */
    const body = { channel: this.#channel };
    if (this.#startMs !== null) body.position_ms = Math.max(0, Math.round(this.#startMs));
    if (this.#sending) return;
    this.#sending = true;
    setText(this.told, '');
    try {
      await send(`${eventAddress(this.#event)}/flags`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
      setText(this.told, say('liveFlagged'));
    } catch (error) {
      setText(this.told, inSentences(explained(error)));
    } finally {
      this.#sending = false;
    }
  }
}
