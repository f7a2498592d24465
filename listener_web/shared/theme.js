/**
 * Light or dark colours. The system decides until the reader chooses, and the choice is kept on this
 * device. Pages load this before the first paint, so that they do not flash in the wrong colours.
 */
import { device } from './storage.js';

/** @typedef {'system' | 'light' | 'dark'} Theme */

/** @returns {Theme} */
export function currentTheme() {
  const stored = device.recall('theme');
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

/** @param {Theme} theme */
export function setTheme(theme) {
  device.remember('theme', theme);
  show(theme);
}

/** @param {Theme} theme */
function show(theme) {
  document.documentElement.dataset.theme = theme;
}

show(currentTheme());
