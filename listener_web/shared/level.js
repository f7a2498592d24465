/** Sound levels in words and on a bar. */
import { h } from './dom.js';

const FLOOR_DBFS = -60;

/** @typedef {'none' | 'quiet' | 'good' | 'loud'} Loudness */

/**
 * Whether the level of the last seconds of speech is right.
 *
 * @param {number} rmsDbfs
 * @param {number} peakDbfs
 * @returns {Loudness}
 */
export function judge(rmsDbfs, peakDbfs) {
  if (peakDbfs > -1) return 'loud';
  if (rmsDbfs < -75) return 'none';
  return rmsDbfs < -42 ? 'quiet' : 'good';
}

/**
 * A meter for `showLevel`.
 *
 * @param {string} label its accessible name
 */
export function levelMeter(label) {
  return h(
    'div',
    {
      class: 'meter',
      role: 'meter',
      'aria-label': label,
      'aria-valuemin': String(FLOOR_DBFS),
      'aria-valuemax': '0',
      'aria-valuenow': String(FLOOR_DBFS),
    },
    h('div', { class: 'meter-bar' }),
  );
}

/**
 * Move a meter's bar and set its value for assistive technology.
 *
 * @param {HTMLElement} meter has `role="meter"` and a `.meter-bar`
 * @param {number} dbfs
 * @param {Loudness} loudness decides the colour
 */
export function showLevel(meter, dbfs, loudness) {
  const shown = Math.min(0, Math.max(FLOOR_DBFS, dbfs));
  const bar = meter.querySelector('.meter-bar');
  if (bar instanceof HTMLElement) {
    bar.style.transform = `scaleX(${((shown - FLOOR_DBFS) / -FLOOR_DBFS).toFixed(3)})`;
  }
  meter.dataset.loudness = loudness;
  meter.setAttribute('aria-valuenow', String(Math.round(shown)));
}
