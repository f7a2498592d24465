/** The raised alarms: seen on the page, in its title, and told to screen readers. */
import { byId, h } from '../../shared/dom.js';
import { say, wordsLanguage } from '../../i18n/say.js';
import { alarmWords } from './alarm-words.js';
import { keyOf } from './sounding.js';

/** @typedef {import('./alarm-words.js').Alarm} Alarm */
/** @typedef {Omit<Alarm, 'event'>} ToldAlarm */

export class AlarmList {
  /** By event; those of the installation by an empty text. @type {Map<string, Alarm[]>} */
  #alarms = new Map();
  #list = byId('alarm-list', HTMLUListElement);
  #well = byId('all-well', HTMLElement);
  /** @type {Map<string, HTMLElement>} */
  #items = new Map();
  #wants;
  #titleOf;

  /**
   * @param {(event: string) => boolean} wants whether the page shows an event
   * @param {(event: string) => string} titleOf
   */
  constructor(wants, titleOf) {
    this.#wants = wants;
    this.#titleOf = titleOf;
  }

  /** Those of the events on the page, and of the installation; the worst and oldest first. */
  get alarms() {
    return [...this.#alarms]
      .filter(([event]) => event === '' || this.#wants(event))
      .flatMap(([, alarms]) => alarms)
      .sort((a, b) => rank(a) - rank(b) || a.since_ms - b.since_ms);
  }

  clear() {
    this.#alarms.clear();
    this.show();
  }

  /**
   * @param {string | null} event
   * @param {ToldAlarm[]} alarms
   */
  take(event, alarms) {
    this.#alarms.set(
      event ?? '',
      alarms.map((alarm) => ({ ...alarm, event })),
    );
    this.show();
  }

  /** Show what has changed, and nothing else: a screen reader would read all of it again. */
  show() {
    const { alarms } = this;
    const items = new Map(
      alarms.map((alarm) => [keyOf(alarm), this.#items.get(keyOf(alarm)) ?? this.#item(alarm)]),
    );
    for (const [key, item] of this.#items) if (!items.has(key)) item.remove();
    let place = this.#list.firstElementChild;
    for (const item of items.values()) {
      if (item === place) place = place.nextElementSibling;
      else this.#list.insertBefore(item, place);
    }
    this.#items = items;
    this.#well.hidden = alarms.length > 0;
    this.#well.textContent = alarms.length > 0 ? '' : say('liveAllWell');
    const title = say('liveTitle');
    document.title = alarms.length > 0 ? `(${alarms.length}) ${title}` : title;
  }

  /** @param {Alarm} alarm */
  #item(alarm) {
    const [what, next] = alarmWords(alarm);
    const time = new Intl.DateTimeFormat(wordsLanguage(), { timeStyle: 'medium' });
    const critical = alarm.severity === 'critical';
    const where = alarm.event === null ? say('liveInstallation') : this.#titleOf(alarm.event);
    return h(
      'li',
      { class: 'alarm', 'data-severity': alarm.severity, 'data-alarm': alarm.id },
      h('span', { class: 'sign', 'aria-hidden': 'true' }, critical ? '✖' : '▲'),
      h(
        'div',
        {},
        h('strong', {}, `${say(critical ? 'liveCritical' : 'liveWarning')}: ${what}`),
        h('span', { class: 'next' }, next),
        h(
          'small',
          { dir: 'auto' },
          say('liveAlarmWhere', { where, time: time.format(new Date(alarm.since_ms)) }),
        ),
      ),
    );
  }
}

/** @param {Alarm} alarm */
function rank({ severity }) {
  return severity === 'critical' ? 0 : 1;
}
