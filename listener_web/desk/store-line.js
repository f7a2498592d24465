/** The state of the store: an alert while something is not stored, and the free space of its disk. */
import { byId, h } from '../shared/dom.js';
import { capitalised } from '../shared/organizer.js';

/** @typedef {import('./api-types.js').StoreStatus} StoreStatus */

const BYTES_PER_GB = 1_000_000_000;
const NEARLY_FULL = 'Make space on it: what no longer fits is shown live, but not kept.';

/**
 * The sentences of the alert, none while all is well.
 *
 * @param {StoreStatus} store
 * @returns {[what: string, wayOut: string] | null}
 */
export function alertOf({ ready, message, hint, waiting, lost, low_space, free_bytes }) {
  const unkept = [];
  if (waiting > 0) unkept.push(`Not stored yet: ${waiting}.`);
  if (lost > 0) unkept.push(`Lost: ${lost}.`);
  if (!ready) {
    return [capitalised(message), [hint, ...unkept].join(' ')];
  }
  if (low_space) return [`The disk is nearly full: ${gigabytes(free_bytes)} free`, NEARLY_FULL];
  if (unkept.length > 0) return ['The store works again', unkept.join(' ')];
  return null;
}

/** @param {number | null} bytes */
export function gigabytes(bytes) {
  return bytes === null ? '' : `${(bytes / BYTES_PER_GB).toFixed(1)} GB`;
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
  disk.textContent = `Free space on the server's disk: ${gigabytes(store.free_bytes)}`;
}
