/**
 * The organizer's page: events, their states, their links, and what is measured while they run.
 *
 * Related modules: `create-form.js` makes events, with the options of `advanced-options.js`. Each
 * event is an `event-card.js` with a `stereo-choice.js`, a `channel-table.js` and a `cost-line.js`.
 * `store-line.js` tells whether all of it is stored. `api-types.js` describes what the API answers.
 * What all pages use is in `../shared/`.
 */
import { ApiError, getJson } from '../shared/api.js';
import { CreateForm } from './create-form.js';
import { EventCard } from './event-card.js';
import { byId, h } from '../shared/dom.js';
import { refreshStore } from './store-line.js';

/** @typedef {import('./api-types.js').DeskEvent} DeskEvent */

const STATUS_INTERVAL_MS = 1_000;
const ROUNDS_PER_STORE = 5;

const list = byId('events', HTMLElement);
/** @type {EventCard[]} */
const cards = [];

/** @param {unknown} error */
function fail(error) {
  const known = error instanceof ApiError;
  if (!known) console.error(error);
  if (known && (error.status === 401 || error.error === 'too_many_wrong_keys')) {
    signIn();
    return;
  }
  const message = known ? error.message : 'something went wrong in this page';
  const hint = known ? error.hint : 'Reload the page.';
  const sentence = message.charAt(0).toUpperCase() + message.slice(1);
  const problem = byId('problem', HTMLElement);
  problem.replaceChildren(h('strong', {}, sentence), hint);
  problem.hidden = false;
}

function signIn() {
  byId('sign-in', HTMLFormElement).hidden = false;
  byId('new-event', HTMLButtonElement).hidden = true;
  byId('create', HTMLFormElement).hidden = true;
  const problem = byId('problem', HTMLElement);
  problem.hidden = !new URLSearchParams(location.search).has('token');
  problem.replaceChildren(
    h('strong', {}, 'This token is not valid'),
    'Open the link that the server printed at its last start.',
  );
  list.hidden = true;
  byId('token', HTMLInputElement).focus();
}

/** @param {DeskEvent} event */
function add(event) {
  const card = new EventCard(event, fail);
  cards.unshift(card);
  list.prepend(card.element);
  byId('no-events', HTMLElement).hidden = true;
  byId('problem', HTMLElement).hidden = true;
}

/** Refresh all cards once a second, one round at a time, and only while the page is visible. */
async function watch() {
  let reachable = true;
  for (let round = 1; ; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, STATUS_INTERVAL_MS));
    if (document.hidden || list.hidden) continue;
    const asked = cards.map((card) => card.refresh());
    if (round % ROUNDS_PER_STORE === 0) asked.push(refreshStore());
    const results = await Promise.allSettled(asked);
    const failure = results.find((result) => result.status === 'rejected');
    if (failure) fail(failure.reason);
    else if (!reachable) byId('problem', HTMLElement).hidden = true;
    reachable = failure === undefined;
  }
}

try {
  /** @type {DeskEvent[]} */
  const events = await getJson('/api/events');
  new CreateForm({ created: add, failed: fail });
  for (const event of events) add(event);
  byId('no-events', HTMLElement).hidden = events.length > 0;
  await refreshStore();
  void watch();
} catch (error) {
  fail(error);
}
