/** One channel, in figures that can be read from two metres away. */
import { h, setText } from '../../shared/dom.js';
import { judge, levelMeter, showLevel } from '../../shared/level.js';
import { say } from '../../i18n/say.js';
import { decimal, money, whole } from '../../i18n/written.js';
import { OnAirLine } from '../consoles/on-air-line.js';
import { channelName } from './alarm-words.js';
import { SparkLine } from './spark-line.js';

/** @typedef {import('../api-types.js').ChannelStatus} ChannelStatus */

/** A booth's states in words, each with the look of its status and a sign for those who see no colour. */
const STATES = /** @type {const} */ ({
  idle: ['boothIdle', 'idle', '○'],
  connecting: ['boothConnecting', 'connecting', '▲'],
  live: ['boothLive', 'good', '●'],
  rotating: ['boothLive', 'good', '●'],
  retrying: ['boothRetrying', 'reconnecting', '▲'],
  failed: ['boothFailed', 'failed', '✖'],
});

/** A line of the lag reaches at least up to these seconds, one of people up to this number. */
const LEAST_LAG_S = 5;
const LEAST_PEOPLE = 5;

export class ChannelTile {
  element = h('article', { class: 'tile' });
  #channel;
  #sign = h('span', { class: 'sign', 'aria-hidden': 'true' });
  #state = h('span', {});
  #status = h('p', { class: 'status' }, this.#sign, this.#state);
  #lag = h('dd', {});
  #listeners = h('dd', {});
  #readers = h('dd', {});
  #lagLine;
  #people;
  #readersLine;
  #cost;
  #onAir;
  #meter;
  #level = h('span', { class: 'level-words' });
  #engine = h('p', { class: 'status engine', 'data-status': 'reconnecting', hidden: true });
  #session = h('p', { class: 'soft session' });
  #losses = h('p', { class: 'losses' });
  #costWords = h('p', { class: 'soft costs' });
  #error = h('p', { class: 'last-error', hidden: true });

  /**
   * @param {string} event its id
   * @param {string} channel
   * @param {(channel: string) => void} listen
   * @param {(error: unknown) => void} failed
   */
  constructor(event, channel, listen, failed) {
    this.#channel = channel;
    const of = `${event} ${channel}`;
    this.#lagLine = new SparkLine(`${of} lag`, LEAST_LAG_S);
    this.#people = new SparkLine(`${of} listeners`, LEAST_PEOPLE);
    this.#readersLine = new SparkLine(`${of} readers`, LEAST_PEOPLE);
    this.#cost = new SparkLine(`${of} cost`, 1);
    const name = channelName(channel);
    this.element.dataset.channel = channel;
    this.#meter = levelMeter(say('liveLevelOf', { channel: name }));
    this.#onAir = new OnAirLine(event, channel, name, failed);
    const hear = h(
      'button',
      { type: 'button', class: 'button listen', 'aria-label': say('liveListenTo', { channel: name }) },
      say('liveListen'),
    );
    hear.addEventListener('click', () => listen(channel));
    const lag =
      channel === 'floor'
        ? []
        : [figure(say('channelLag'), this.#lag, this.#lagLine.element, 'lag')];
    this.element.append(
      h('div', { class: 'tile-head' }, h('h3', {}, name), this.#status),
      ...(channel === 'floor' ? [] : [this.#onAir.element]),
      h(
        'dl',
        { class: 'figures' },
        ...lag,
        figure(say('channelListeners'), this.#listeners, this.#people.element, 'listeners'),
        figure(say('channelReaders'), this.#readers, this.#readersLine.element, 'readers'),
      ),
      h('div', { class: 'level' }, this.#meter, this.#level, hear),
      h('div', { class: 'tile-details' }, this.#engine, this.#session, this.#costWords, this.#losses),
      this.#error,
    );
  }

  /**
   * @param {ChannelStatus} status
   * @param {number} nowMs
   */
  show(status, nowMs) {
    const [key, look, sign] = STATES[status.state];
    this.element.dataset.state = status.state;
    this.#status.dataset.status = look;
    setText(this.#sign, sign);
    setText(this.#state, say(key));
    this.#onAir.show(status);
    const seconds = (status.lag_ms ?? 0) / 1000;
    setText(this.#lag, status.lag_ms === null ? '–' : say('seconds', { seconds: decimal(seconds) }));
    this.#lagLine.push(nowMs, seconds);
    setText(this.#listeners, whole(status.listeners));
    setText(this.#readers, whole(status.readers));
    this.#people.push(nowMs, status.listeners);
    this.#readersLine.push(nowMs, status.readers);
    const level = status.level_dbfs ?? -100;
    showLevel(this.#meter, level, judge(level, -100));
    setText(this.#level, level <= -60 ? say('liveNoSound') : say('liveLevel', { dbfs: whole(level) }));
    this.#cost.push(nowMs, status.cost_usd);
    setText(this.#costWords, costWords(status, this.#cost.history.perHour));
    this.#engine.hidden = !status.fallback;
    setText(this.#engine, status.fallback ? say('engineFallback', { provider: status.provider ?? '' }) : '');
    setText(this.#session, sessionWords(status, nowMs));
    setText(this.#losses, lossWords(status));
    this.#showError(status, nowMs);
  }

  /**
   * @param {ChannelStatus} status
   * @param {number} nowMs
   */
  #showError({ reason, last_error_reason, last_error_at_ms }, nowMs) {
    const past = last_error_at_ms != null && last_error_reason ? last_error_reason : '';
    const ago = Math.max(0, Math.round((nowMs - (last_error_at_ms ?? nowMs)) / 60_000));
    const words = reason || (past && say('liveLastError', { error: past, count: ago, minutes: whole(ago) }));
    this.#error.hidden = words === '';
    this.#error.dataset.now = String(reason !== '');
    setText(this.#error, words);
  }

  get channel() {
    return this.#channel;
  }
}

/**
 * @param {string} name
 * @param {HTMLElement} value
 * @param {SVGElement} line
 * @param {string} kind
 */
function figure(name, value, line, kind) {
  return h('div', { class: 'figure', 'data-figure': kind }, h('dt', {}, name), value, line);
}

/**
 * @param {ChannelStatus} status
 * @param {number | null} perHour
 */
function costWords({ cost_usd }, perHour) {
  if (perHour === null) return money(cost_usd);
  return say('liveCostPace', { cost: money(cost_usd), pace: money(perHour) });
}

/**
 * @param {ChannelStatus} status
 * @param {number} nowMs
 */
function sessionWords({ session_began_at_ms, rotates_at_ms, reconnects, stands_by }, nowMs) {
  const parts = [];
  if (session_began_at_ms != null) {
    const age = whole(Math.max(0, Math.floor((nowMs - session_began_at_ms) / 60_000)));
    const left = whole(Math.max(0, Math.ceil(((rotates_at_ms ?? nowMs) - nowMs) / 60_000)));
    parts.push(rotates_at_ms == null ? say('liveSession', { age }) : say('liveSessionNext', { age, left }));
  }
  if (stands_by) parts.push(say('engineStandsBy', { provider: stands_by }));
  if (reconnects) parts.push(say('liveReconnects', { count: reconnects }));
  return parts.join(' · ');
}

/** @param {ChannelStatus} status */
function lossWords({ dropped_ms, unsent_ms, withheld_texts }) {
  const parts = [];
  if (dropped_ms > 0) parts.push(say('lossSkipped', { seconds: decimal(dropped_ms / 1000) }));
  if (unsent_ms > 0) parts.push(say('lossUnsent', { seconds: decimal(unsent_ms / 1000) }));
  if (withheld_texts > 0) parts.push(say('lossWithheld', { count: withheld_texts }));
  return parts.join(' · ');
}
