/**
 * The colours. The system decides until the reader chooses, and the choice is kept on this device. Pages
 * load this before the first paint, so that they do not flash in the wrong colours.
 */
import { device } from './storage.js';

const THEMES = /** @type {const} */ (['system', 'light', 'dark', 'bright-hall', 'dark-hall']);

/** @typedef {typeof THEMES[number]} Theme */

/** @returns {Theme} */
export function currentTheme() {
  const stored = device.recall('theme');
  return THEMES.find((theme) => theme === stored) ?? 'system';
}

/** @param {Theme} theme */
export function setTheme(theme) {
  device.remember('theme', theme);
  show();
}

/** Whether colours of high contrast are wanted, here or by the system. */
export function highContrast() {
  const stored = device.recall('high-contrast');
  if (stored === 'yes' || stored === 'no') return stored === 'yes';
  return globalThis.matchMedia?.('(prefers-contrast: more)').matches ?? false;
}

/** @param {boolean | null} on null leaves it to the system */
export function setHighContrast(on) {
  device.remember('high-contrast', on === null ? 'system' : on ? 'yes' : 'no');
  show();
}

function show() {
  const { dataset } = document.documentElement;
  dataset.theme = currentTheme();
  dataset.contrast = highContrast() ? 'more' : 'standard';
}

show();
