/** Leads from an event on the desk to its recordings. */
import { say } from '../../i18n/say.js';
import { h } from '../../shared/dom.js';

/** @param {string} event id */
export function recordingsLine(event) {
  const href = `/desk/recordings/${encodeURIComponent(event)}`;
  return h('p', { class: 'soft', 'data-needs': 'keep_recordings' }, h('a', { class: 'button small', href }, say('recordingsTitle')));
}
