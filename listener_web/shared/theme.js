/**
 * Bright or dark. The system decides until the reader does; the choice is kept on this device.
 * Loaded before the first paint, so the page never flashes in the wrong colours.
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
