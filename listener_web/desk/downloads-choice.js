/** The organizer's choice whether attendees may keep the captions as a file. */
import { sendJson } from '../shared/api.js';
import { h } from '../shared/dom.js';

/**
 * A checkbox that changes the event at once.
 *
 * @param {string} path of the event in the API
 * @param {boolean} allowed
 * @param {(error: unknown) => void} fail shows what went wrong
 */
export function downloadsChoice(path, allowed, fail) {
  const box = h('input', { type: 'checkbox', name: 'downloads', checked: allowed });
  box.addEventListener('change', () => {
    sendJson('PATCH', path, { downloads: box.checked }).catch((error) => {
      box.checked = !box.checked;
      fail(error);
    });
  });
  return h('label', { class: 'check' }, box, h('span', {}, 'Attendees may download the captions'));
}
