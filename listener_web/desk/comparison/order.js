/** The order of an event's services for one of its languages. */

/** @typedef {import('../api-types.js').DeskEvent} DeskEvent */

/**
 * Ids of all services in the order in which they interpret a language; those that it does not name are last.
 *
 * @param {DeskEvent} event
 * @param {string} tag of the language
 * @param {string[]} known all services of the server, the usual one first
 */
export function orderOf({ languages, failover }, tag, known) {
  const own = languages.find((one) => one.tag === tag)?.providers ?? [];
  const wanted = own.length > 0 ? own : failover.providers;
  return [...new Set([...wanted, ...known])];
}

/**
 * The order that a language has of its own: what `withOrder` brings back.
 *
 * @param {DeskEvent} event
 * @param {string} tag
 */
export function ownOrder({ languages }, tag) {
  return languages.find((one) => one.tag === tag)?.providers ?? [];
}

/**
 * A change of an event that gives one of its languages an order of services.
 *
 * @param {DeskEvent} event
 * @param {string} tag
 * @param {string[]} providers empty for that of the event
 */
export function withOrder({ languages }, tag, providers) {
  return {
    languages: languages.map(({ name, english_name, ...choice }) =>
      choice.tag === tag ? { ...choice, providers } : choice,
    ),
  };
}

/**
 * An order with another service first.
 *
 * @param {string[]} order
 * @param {string} first
 */
export function withFirst(order, first) {
  return [first, ...order.filter((name) => name !== first)];
}
