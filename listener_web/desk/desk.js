/**
 * The organizer's page: events, their states, their links, and what is measured while they run.
 *
 * Related modules: `changes-feed.js` tells of every change, also of those that another desk makes.
 * `event-form.js` makes and changes events, with the options of `advanced-options.js`,
 * `join-options.js` and `glossary.js`. `event-list.js` has an `event-card.js` for each event, with
 * `event-actions.js`, a `stereo-choice.js`, a `channel-table.js` and a `cost-line.js`.
 * `store-line.js` tells whether all of it is stored. `api-types.js` describes what the API answers.
 * `rooms/` knows the conferences, and has the fields about when and where.
 * `access/` says who is signed in, and gives out links to others.
 * What all pages use is in `../shared/`.
 */
import { ApiError, getJson } from '../shared/api.js';
import { accountLine } from './access/account-line.js';
import { offerProvider, takeSignInProblem } from './access/provider-button.js';
import { openSession, signInBy } from './access/session.js';
import { ChangesFeed } from './changes-feed.js';
import { EventForm } from './event-form.js';
import { EventList } from './event-list.js';
import { forgetConference, forgetConferences, noteConference } from './rooms/known-conferences.js';
import { byId, h } from '../shared/dom.js';
import { explained } from '../i18n/error-words.js';
import { languageChoice } from '../i18n/language-choice.js';
import { loadWords, say } from '../i18n/say.js';
import { showStore } from './store-line.js';
import { showStoreInChecks } from './check/panel.js';

/** @typedef {import('./api-types.js').DeskEvent} DeskEvent */

const problem = byId('problem', HTMLElement);

/** Whether this page has shown a token, by its link or by its form. */
let tokenShown = new URLSearchParams(location.hash.slice(1)).has('token');

/** @param {unknown} error */
function fail(error) {
  if (error instanceof ApiError && (error.status === 401 || error.error === 'too_many_wrong_keys')) {
    signIn(error);
    return;
  }
  const [sentence, hint] = explained(error);
  tell(sentence, hint, 'request');
}

/**
 * @param {string} sentence
 * @param {string} hint
 * @param {'request' | 'connection'} about
 */
function tell(sentence, hint, about) {
  problem.dataset.about = about;
  problem.replaceChildren(h('strong', {}, sentence), hint);
  problem.hidden = false;
  if (about === 'request') problem.scrollIntoView({ block: 'nearest' });
}

/** @param {ApiError} error why nobody is signed in */
function signIn(error) {
  byId('account-place', HTMLElement).replaceChildren();
  byId('sign-in', HTMLFormElement).hidden = false;
  byId('new-event', HTMLButtonElement).hidden = true;
  byId('create', HTMLFormElement).hidden = true;
  const isVoid = error.error.startsWith('token_');
  const [sentence, hint] = isVoid ? explained(error) : [say('tokenWrong'), say('tokenWrongNext')];
  problem.hidden = !isVoid && !tokenShown && !new URLSearchParams(location.search).has('token');
  problem.replaceChildren(h('strong', {}, sentence), hint);
  list.hidden = true;
  byId('token', HTMLInputElement).focus();
  void offerProvider(byId('sign-in', HTMLFormElement)).catch(() => {}); // the token works without it
}

/** @param {DeskEvent} event of an answer; the stream tells it too */
function show(event) {
  problem.hidden = true;
  list.show(event);
}

/** @param {boolean} connected */
function showConnection(connected) {
  if (connected && problem.dataset.about === 'connection') problem.hidden = true;
  if (!connected) {
    tell(say('connectionLost'), say('connectionLostNext'), 'connection');
  }
}

await loadWords();
byId('brand', HTMLElement).append(languageChoice());
/** @type {EventForm} */
let form;
const list = new EventList({
  changed: show,
  added: show,
  removed: (id) => list.remove(id),
  edit: (event, opener) => form.edit(event, opener),
  failed: fail,
});

signInBy(byId('sign-in', HTMLFormElement), (error) => {
  tokenShown = true;
  fail(error);
});

const signInProblem = takeSignInProblem();
try {
  const session = await openSession();
  byId('account-place', HTMLElement).append(accountLine(session, fail));
  showStore(await getJson('/api/store'));
  form = new EventForm({ saved: show, failed: fail });
  new ChangesFeed({
    reset: () => {
      forgetConferences();
      list.beginAgain();
    },
    conference: noteConference,
    conference_deleted: ({ id }) => forgetConference(id),
    event: (event) => list.show(event),
    deleted: ({ id }) => list.remove(id),
    status: ({ id, status }) => list.showStatus(id, status),
    check: ({ id, check }) => list.showCheck(id, check),
    outputs: ({ id, outputs }) => list.showOutputs(id, outputs),
    pulled: ({ id, pulled }) => list.showPulled(id, pulled),
    store: (store) => {
      showStore(store);
      showStoreInChecks(store);
    },
    ready: () => list.ready(),
    connection: showConnection,
    failed: fail,
  });
} catch (error) {
  fail(error);
}
if (signInProblem !== null) tell(...signInProblem, 'request');
