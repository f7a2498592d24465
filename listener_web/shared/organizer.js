/** Small things that the pages of organizers and speakers share. Attendees do not load them. */

/**
 * The address of an event in the organizer's API.
 *
 * @param {string} id
 */
export function eventAddress(id) {
  return `/api/events/${encodeURIComponent(id)}`;
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
