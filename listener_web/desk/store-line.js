/** The state of the store: an alert while something is not stored, and the free space of its disk. */
import { byId, h } from '../shared/dom.js';
import { capitalised } from '../shared/organizer.js';
import { say, wordsLanguage } from '../i18n/say.js';
import { decimal } from '../i18n/written.js';

/** @typedef {import('./api-types.js').StoreStatus} StoreStatus */

const BYTES_PER_GB = 1_000_000_000;

/**
 * The sentences of the alert, none while all is well.
 *
 * @param {StoreStatus} store
 * @returns {[what: string, wayOut: string] | null}
 */
export function alertOf({ ready, message, hint, waiting, lost, low_space, free_bytes }) {
  const unkept = [];
  if (waiting > 0) unkept.push(say('storeWaiting', { number: waiting }));
  if (lost > 0) unkept.push(say('storeLost', { number: lost }));
  if (!ready) {
    if (wordsLanguage() === 'en') return [capitalised(message), [hint, ...unkept].join(' ')];
    return [say('storeFails'), [...unkept, `(${capitalised(message)}. ${hint})`].join(' ')];
  }
  if (low_space) {
    return [say('storeNearlyFull', { space: gigabytes(free_bytes) }), say('storeNearlyFullNext')];
  }
  if (unkept.length > 0) return [say('storeWorksAgain'), unkept.join(' ')];
  return null;
}

/** @param {number | null} bytes */
export function gigabytes(bytes) {
  return bytes === null ? '' : say('gigabytes', { number: decimal(bytes / BYTES_PER_GB) });
}

/** @param {StoreStatus} store */
export function showStore(store) {
  const shown = alertOf(store);
  const alert = byId('store', HTMLElement);
  const text = shown === null ? '' : shown.join(' ');
  if (alert.dataset.text !== text) {
    alert.dataset.text = text;
    alert.replaceChildren(...(shown === null ? [] : [h('strong', {}, shown[0]), shown[1]]));
    alert.hidden = shown === null;
  }
  const disk = byId('disk', HTMLElement);
  disk.hidden = store.free_bytes === null;
  disk.textContent = say('storeFree', { space: gigabytes(store.free_bytes) });
}
