/** Words and figures of the stage monitor for the state of the event. */

/**
 * The state as the server tells it.
 *
 * @typedef {object} MonitorState
 * @property {string} title
 * @property {'open' | 'live' | 'paused' | 'closed'} state
 * @property {'speaking' | 'silent' | 'absent'} floor
 * @property {string | null} starts_at ISO 8601
 * @property {string | null} ends_at ISO 8601
 * @property {string | null} slowest channel that is the furthest behind
 * @property {number | null} lag_s how far
 * @property {boolean} slow_down whether an interpreter has just asked for slower speech
 */

/** A language that is this far behind needs a pause, unless the address says otherwise. */
export const USUAL_LIMIT_S = 8;
const HOUR_S = 3_600;

/**
 * Whether the speaker is heard, and the look of it.
 *
 * @param {MonitorState} told
 * @returns {['monitorOnAir' | 'monitorNoSound' | 'monitorOffAir' | 'monitorNotYet' | 'monitorOver', 'good' | 'warn' | 'off']}
 */
export function airOf({ state, floor }) {
  if (state === 'closed') return ['monitorOver', 'off'];
  if (state === 'paused') return ['monitorOffAir', 'warn'];
  if (state !== 'live') return ['monitorNotYet', 'off'];
  return floor === 'absent' ? ['monitorNoSound', 'warn'] : ['monitorOnAir', 'good'];
}

/**
 * The time that counts at the moment.
 *
 * @param {MonitorState} told
 * @param {number} nowMs
 * @returns {{key: 'monitorStartsIn' | 'monitorLeft' | 'monitorOvertime', seconds: number} | null}
 */
export function countdownOf({ state, starts_at, ends_at }, nowMs) {
  if (state === 'open' && starts_at !== null) {
    const seconds = Math.ceil((Date.parse(starts_at) - nowMs) / 1_000);
    return seconds > 0 ? { key: 'monitorStartsIn', seconds } : null;
  }
  if ((state !== 'live' && state !== 'paused') || ends_at === null) return null;
  const left = Math.ceil((Date.parse(ends_at) - nowMs) / 1_000);
  return left >= 0 ? { key: 'monitorLeft', seconds: left } : { key: 'monitorOvertime', seconds: -left };
}

/**
 * A length of time as a clock shows it: `4:05`, `1:04:05`.
 *
 * @param {number} seconds
 */
export function clockTime(seconds) {
  const two = (/** @type {number} */ value) => String(Math.floor(value)).padStart(2, '0');
  const minutes = Math.floor((seconds % HOUR_S) / 60);
  if (seconds < HOUR_S) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(seconds / HOUR_S)}:${two(minutes)}:${two(seconds % 60)}`;
}

/**
 * Whether the speaker should pause until the slowest language has caught up.
 *
 * @param {MonitorState} told
 * @param {number} limitS
 */
export function needsPause({ state, lag_s: lagS }, limitS) {
  return state === 'live' && lagS !== null && lagS >= limitS;
}
