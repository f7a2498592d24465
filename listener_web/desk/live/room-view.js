/** One event: its floor, its cost, and a tile for each channel. */
import { h, setText } from '../../shared/dom.js';
import { judge, levelMeter, showLevel } from '../../shared/level.js';
import { EVENT_STATES, livePage } from '../../shared/organizer.js';
import { say } from '../../i18n/say.js';
import { money, shortMoney, whole } from '../../i18n/written.js';
import { BoothMessages } from '../consoles/booth-messages.js';
import { ChannelTile } from './channel-tile.js';
import { InputLine } from './input-line.js';
import { MicrophoneList } from './microphone-list.js';
import { ReviewLine } from '../review/review-line.js';
import { SparkLine } from './spark-line.js';

/** @typedef {import('../api-types.js').DeskEvent} DeskEvent */
/** @typedef {import('../api-types.js').EventStatus} EventStatus */

export class RoomView {
  element = h('section', { class: 'room' });
  #event;
  #listen;
  #failed;
  #title = h('h2', { dir: 'auto' });
  #link = h('a', { class: 'button small only' }, say('liveOnlyThis'));
  #state = h('p', { class: 'status event-state' });
  #speaker = h('p', { class: 'status speaker' });
  #cost = h('p', { class: 'soft room-cost' });
  #pace;
  #meter;
  #inputs;
  #microphones = new MicrophoneList();
  #review;
  #tilesBox = h('div', { class: 'tiles' });
  /** @type {EventStatus | null} */
  #status = null;
  /** @type {Map<string, ChannelTile>} */
  #tiles = new Map();

  /**
   * @param {DeskEvent} event
   * @param {(event: DeskEvent, channel: string) => void} listen
   * @param {(error: unknown) => void} failed
   */
  constructor(event, listen, failed) {
    this.#event = event;
    this.#listen = listen;
    this.#failed = failed;
    /** What its human interpreters write. */
    this.messages = new BoothMessages(event.id, failed);
    this.#pace = new SparkLine(`${event.id} cost`, 1);
    this.element.dataset.event = event.id;
    this.#link.href = livePage(event.id);
    this.#meter = levelMeter(say('floorLevel'));
    const floor = h('div', { class: 'room-floor' }, this.#speaker, this.#meter);
    const head = h('div', { class: 'room-head' }, this.#title, this.#state, this.#cost, this.#link);
    this.#inputs = new InputLine(event.id, failed);
    this.#review = new ReviewLine(event.id);
    const ofFloor = [floor, this.#microphones.element, this.#inputs.element, this.#review.element];
    this.element.append(head, ...ofFloor, this.#tilesBox, this.messages.element);
    this.update(event);
  }

  get event() {
    return this.#event;
  }

  /** @param {DeskEvent} event as it is now */
  update(event) {
    this.#event = event;
    setText(this.#title, event.title);
    const [key, look] = EVENT_STATES[event.state];
    this.#state.dataset.status = look;
    this.element.dataset.state = event.state;
    this.#state.replaceChildren(h('span', { class: 'dot', 'aria-hidden': 'true' }), say(key));
  }

  /** @param {EventStatus} status what is measured now */
  take(status) {
    this.#status = status;
    this.show(Date.now());
  }

  /** @param {number} nowMs */
  show(nowMs) {
    const status = this.#status;
    if (status === null) return;
    const { floor } = status;
    const level = floor?.publisher ? floor.level_dbfs : -100;
    showLevel(this.#meter, level, judge(level, floor?.clipping ? 0 : -100));
    const [words, look] = speakerWords(floor);
    this.#speaker.dataset.status = look;
    setText(this.#speaker, words);
    this.#inputs.show(floor);
    this.#microphones.show(floor);
    this.#review.show(status.review);
    this.#pace.push(nowMs, status.cost_usd);
    setText(this.#cost, this.#costWords(status));
    const channels = new Set(status.channels.map(({ channel }) => channel));
    for (const [channel, tile] of this.#tiles) {
      if (channels.has(channel)) continue;
      tile.element.remove();
      this.#tiles.delete(channel);
    }
    for (const channel of status.channels) this.#tile(channel.channel).show(channel, nowMs);
  }

  /** @param {string} channel */
  #tile(channel) {
    let tile = this.#tiles.get(channel);
    if (tile === undefined) {
      const listen = (/** @type {string} */ chosen) => this.#listen(this.#event, chosen);
      tile = new ChannelTile(this.#event.id, channel, listen, this.#failed);
      this.#tiles.set(channel, tile);
      this.#tilesBox.append(tile.element);
    }
    return tile;
  }

  /** @param {EventStatus} status */
  #costWords({ cost_usd, spend_cap_usd }) {
    const cost = money(cost_usd);
    const sum =
      spend_cap_usd === null
        ? say('costSum', { cost })
        : say('costOfCap', { cost, cap: shortMoney(spend_cap_usd) });
    const perHour = this.#pace.history.perHour;
    return perHour === null ? sum : `${sum} · ${say('livePerHour', { pace: money(perHour) })}`;
  }
}

/**
 * @param {EventStatus['floor']} floor
 * @returns {[string, string]}
 */
function speakerWords(floor) {
  if (floor === null || !floor.publisher) return [say('floorNoSpeaker'), 'idle'];
  if (floor.error !== '') return [floor.reason, 'failed'];
  if (floor.clipping) return [say('liveClipping'), 'failed'];
  const seconds = Math.floor(floor.silent_ms / 1000);
  if (seconds >= 5) return [say('liveSilentFor', { seconds: whole(seconds) }), 'reconnecting'];
  return [say('liveSpeaking'), 'good'];
}
