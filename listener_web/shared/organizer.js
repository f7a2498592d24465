/** Small things that the pages of organizers and speakers share. Attendees do not load them. */
import { say } from '../i18n/say.js';
import { setText } from './dom.js';

const COPIED_MS = 1_500;

/** The words for an event's states, each with the look of its status. */
export const EVENT_STATES = /** @type {const} */ ({
  draft: ['stateDraft', 'idle'],
  open: ['stateOpen', 'idle'],
  live: ['stateLive', 'live'],
  paused: ['statePaused', 'connecting'],
  closed: ['stateClosed', 'idle'],
  archived: ['stateArchived', 'idle'],
});

/**
 * The address of an event in the organizer's API.
 *
 * @param {string} id
 */
export function eventAddress(id) {
  return `/api/events/${encodeURIComponent(id)}`;
}

/**
 * Show a dialog over the page. When it is closed, it leaves the page.
 *
 * @param {HTMLDialogElement} dialog
 * @param {HTMLElement | null} opener gets the focus back
 */
export function showOver(dialog, opener) {
  dialog.addEventListener('close', () => {
    dialog.remove();
    opener?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}

/**
 * The message of an error as the beginning of a sentence.
 *
 * @param {string} message
 */
export function capitalised(message) {
  return message.charAt(0).toUpperCase() + message.slice(1);
}

/**
 * A join code as people read it aloud and type it.
 *
 * @param {string} code
 */
export function inTwoParts(code) {
  return `${code.slice(0, 3)} ${code.slice(3)}`;
}

/**
 * The page that shows an event while it runs.
 *
 * @param {string} id
 */
export function livePage(id) {
  return `/desk/live/${encodeURIComponent(id)}`;
}

/**
 * Copy a link, and say so on its button for a moment.
 *
 * @param {HTMLButtonElement} button
 * @param {string} text
 */
export async function copyLink(button, text) {
  try {
    await navigator.clipboard.writeText(text);
    setText(button, say('copied'));
    setTimeout(() => setText(button, say('copyLink')), COPIED_MS);
  } catch {
    // Over plain http there is no clipboard: offer the text itself.
    prompt(say('copyThis'), text);
  }
}
