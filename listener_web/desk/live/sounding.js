/** Decides which alarm is heard now: each when it is raised, a critical one again and again. */
import { isTone } from './tones.js';

/** @typedef {import('./alarm-words.js').Alarm} Alarm */
/** @typedef {import('./tones.js').Tone} Tone */

/** A critical alarm sounds again after this long, until it is over or muted. */
export const REPEAT_MS = 8_000;
/** Two tones at once are noise. */
const APART_MS = 1_500;

export class Sounding {
  /** Unix time until which nothing sounds; 0 for not muted. */
  mutedUntilMs = 0;
  /** The tones that were chosen, by alarm. @type {Record<string, Tone>} */
  chosen = {};
  /** When each alarm was heard last. @type {Map<string, number>} */
  #heardMs = new Map();
  #lastMs = -Infinity;

  /**
   * The tone of an alarm.
   *
   * @param {string} id
   * @param {'warning' | 'critical'} severity
   * @returns {Tone}
   */
  toneOf(id, severity) {
    const chosen = this.chosen[id];
    if (isTone(chosen)) return chosen;
    return severity === 'critical' ? 'siren' : 'chime';
  }

  /** @param {number} nowMs */
  isMuted(nowMs) {
    return nowMs < this.mutedUntilMs;
  }

  /**
   * The tone to play now; null for none.
   *
   * @param {readonly Alarm[]} alarms that are raised
   * @param {number} nowMs
   * @returns {Tone | null}
   */
  due(alarms, nowMs) {
    const keys = new Set(alarms.map(keyOf));
    for (const key of this.#heardMs.keys()) if (!keys.has(key)) this.#heardMs.delete(key);
    if (this.isMuted(nowMs) || nowMs - this.#lastMs < APART_MS) return null;
    const critical = alarms.filter(({ severity }) => severity === 'critical');
    for (const alarm of [...critical, ...alarms.filter((one) => !critical.includes(one))]) {
      const heardMs = this.#heardMs.get(keyOf(alarm));
      const again = alarm.severity === 'critical' && nowMs - (heardMs ?? 0) >= REPEAT_MS;
      if (heardMs !== undefined && !again) continue;
      this.#heardMs.set(keyOf(alarm), nowMs);
      const tone = this.toneOf(alarm.id, alarm.severity);
      if (tone === 'none') continue;
      this.#lastMs = nowMs;
      return tone;
    }
    return null;
  }
}

/** @param {Alarm} alarm */
export function keyOf({ event, id, subject, severity }) {
  return `${event ?? ''}/${id}/${subject}/${severity}`;
}
