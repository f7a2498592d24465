/** An input that the server fetches itself, and its state in words. */
import { say } from '../../i18n/say.js';

/**
 * @typedef {object} PulledInput
 * @property {'main' | 'backup'} role
 * @property {string} place scheme, host and port of its address
 * @property {'off' | 'connecting' | 'playing' | 'retrying' | 'stopped'} state
 * @property {string} reason
 * @property {string} detail a sentence in English
 * @property {number} level_dbfs
 */

/** The name of each input. */
export const ROLES = /** @type {const} */ ({ main: 'inputMain', backup: 'inputBackup' });

/** The colour of each state. */
export const PULLED_LOOKS = /** @type {const} */ ({
  off: 'idle',
  connecting: 'connecting',
  playing: 'good',
  retrying: 'connecting',
  stopped: 'failed',
});

/**
 * @param {PulledInput} pulled
 * @returns {string}
 */
export function pulledWords({ state, reason, detail }) {
  if (state === 'off') return say('pulledOff');
  if (state === 'connecting') return say('boothConnecting');
  if (state === 'playing') return say('pulledPlaying');
  const why = reason === 'unreadable' ? say('outputUnreadable') : detail;
  return say(state === 'stopped' ? 'outputStopped' : 'outputRetrying', { reason: why });
}
