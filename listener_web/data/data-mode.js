/** How much data an attendee wants to spend: a part of what is chosen to hear. */

/** @typedef {import('../languages/choice.js').Choice} Choice */

export const DATA_MODES = /** @type {const} */ (['normal', 'less', 'captions']);

/**
 * `normal` the sound as it is · `less` the low-rate variant · `captions` no sound
 *
 * @typedef {typeof DATA_MODES[number]} DataMode
 */

/**
 * @param {Pick<Choice, 'captionsOnly' | 'lessData'>} choice
 * @returns {DataMode}
 */
export function dataModeOf({ captionsOnly, lessData }) {
  if (captionsOnly) return 'captions';
  return lessData ? 'less' : 'normal';
}

/**
 * A choice with another mode. Without captions only, an attendee returns to the sound there was.
 *
 * @param {Choice} choice
 * @param {DataMode} mode
 * @returns {Choice}
 */
export function withDataMode(choice, mode) {
  if (mode === 'captions') return { ...choice, captionsOnly: true };
  return { ...choice, captionsOnly: false, lessData: mode === 'less' };
}
