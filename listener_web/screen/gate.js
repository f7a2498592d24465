/** Shows a field for the passcode, or what is wrong, until a screen has the event. */
import { passcodeForm } from '../join/passcode-form.js';
import { ApiError, getJson } from '../shared/api.js';
import { byId, setText } from '../shared/dom.js';

const RETRY_MS = 5_000;

/**
 * The event's information; waits for it, and for its passcode.
 *
 * @param {string} base of the event's addresses
 * @param {import('../i18n/localise.js').Strings} strings
 * @param {object} [manner]
 * @param {boolean} [manner.quiet] whether nothing is said while the event cannot be reached
 * @returns {Promise<import('../attendee/event-info.js').EventInfo>}
 */
export async function opened(base, strings, { quiet = false } = {}) {
  const gate = byId('gate', HTMLElement);
  for (;;) {
    try {
      const info = await getJson(`${base}/info`);
      gate.hidden = true;
      gate.replaceChildren();
      return info;
    } catch (error) {
      if (error instanceof ApiError && error.error === 'passcode_needed') {
        gate.hidden = false;
        await new Promise((resolve) => {
          gate.replaceChildren(passcodeForm(`${base}/pass`, strings, () => resolve(undefined)));
        });
        continue;
      }
      const missing = error instanceof ApiError && error.status === 404;
      gate.hidden = quiet;
      setText(gate, missing ? strings.notOpen : strings.connectionLost);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
