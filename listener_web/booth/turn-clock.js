/** The time of a turn, and the reminder that it is time to hand over. */

/** The lengths of a turn that can be chosen, in minutes. */
export const TURN_MINUTES = [15, 20, 30];
/** A reminder comes so long before the end of a turn. */
const SOON_MS = 2 * 60_000;

/**
 * @param {number} ms
 * @returns {string} minutes and seconds, `12:05`
 */
export function minutesAndSeconds(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/**
 * @param {number} elapsedMs since the turn began
 * @param {number} minutes the length of a turn
 * @returns {'' | 'soon' | 'over'}
 */
export function reminder(elapsedMs, minutes) {
  const leftMs = minutes * 60_000 - elapsedMs;
  if (leftMs <= 0) return 'over';
  return leftMs <= SOON_MS ? 'soon' : '';
}

/**
 * Seconds of a countdown that are left, as people count them: 5, 4, 3, 2, 1.
 *
 * @param {number} atMs when it ends
 * @param {number} nowMs
 */
export function secondsLeft(atMs, nowMs) {
  return Math.max(0, Math.ceil((atMs - nowMs) / 1000));
}
