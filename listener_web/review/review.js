/**
 * The reviewer's page: captions as they are written, which can be corrected, hidden and shown again.
 *
 * `review-feed.js` brings the captions of a channel. `line-list.js` shows them, each in a `line-row.js`,
 * and opens `line-editor.js`. `revising.js` sends what was changed, and `steps.js` knows how to undo it.
 * `hold-back.js` lets readers wait for the captions, and `replacements.js` replaces words in the next ones.
 */
import { ApiError, getJson } from '../shared/api.js';
import { byId, h, pathSegment, setText } from '../shared/dom.js';
import { EVENT_STATES, eventAddress } from '../shared/organizer.js';
import { device } from '../shared/storage.js';
import { explained } from '../i18n/error-words.js';
import { languageChoice } from '../i18n/language-choice.js';
import { loadWords, say } from '../i18n/say.js';
import { languageName } from '../i18n/written.js';
import { openSession } from '../desk/access/session.js';
import { HoldBack } from './hold-back.js';
import { LineList } from './line-list.js';
import { ReplacementList } from './replacements.js';
import { ReviewFeed } from './review-feed.js';
import { revise } from './revising.js';
import { Shortcuts } from './shortcuts.js';
import { Steps } from './steps.js';

/** @typedef {import('./lines.js').Line} Line */
/** @typedef {import('./steps.js').Look} Look */
/** @typedef {import('./steps.js').Step} Step */

/**
 * @typedef {object} Overview
 * @property {string} id
 * @property {string} title
 * @property {import('../desk/api-types.js').EventState} state
 * @property {{id: string, name: string, dir: string}[]} channels
 * @property {number} hold_back_s
 * @property {boolean} may_set
 */

const event = pathSegment(1);
const problem = byId('problem', HTMLElement);
const chooser = byId('channel', HTMLSelectElement);
const undo = byId('undo', HTMLButtonElement);
const redo = byId('redo', HTMLButtonElement);
const steps = new Steps();
/** @type {LineList} */
let list;
/** @type {HoldBack} */
let holdBack;
/** @type {ReplacementList} */
let replacements;
/** @type {ReviewFeed | null} */
let feed = null;
/** Whether a revision is on its way; the next one waits for its number. */
let busy = Promise.resolve();

/** @param {unknown} error */
function fail(error) {
  const [sentence, hint] = explained(error);
  problem.replaceChildren(h('strong', {}, sentence), ' ', hint);
  problem.hidden = false;
}

/** @param {string} words for screen readers */
function tell(words) {
  problem.hidden = true;
  setText(byId('said', HTMLElement), words);
}

/** @param {import('./review-feed.js').EventFacts} facts */
function showEvent({ state, hold_back_s }) {
  holdBack.show(hold_back_s);
  const [key, look] = EVENT_STATES[state];
  const place = byId('state', HTMLElement);
  place.dataset.status = look;
  place.replaceChildren(h('span', { class: 'dot', 'aria-hidden': 'true' }), say(key));
}

/** @param {boolean} connected */
function showConnection(connected) {
  problem.hidden = connected;
  if (!connected) {
    problem.replaceChildren(h('strong', {}, say('connectionLost')), ' ', say('connectionLostNext'));
  }
}

function showSteps() {
  undo.disabled = steps.undoable === null;
  redo.disabled = steps.redoable === null;
}

/**
 * Do things one after the other: a revision must know the number of the one before.
 *
 * @param {() => Promise<void>} act
 */
function inTurn(act) {
  busy = busy.then(act).catch(fail).then(showSteps);
}

/**
 * @param {string} channel
 * @param {string} caption id
 * @param {number} expected its revision
 * @param {Partial<Look>} change
 */
async function send(channel, caption, expected, change) {
  const made = await revise(event, channel, { caption, expected_revision: expected, ...change });
  if (channel === chooser.value) list.take(made, Date.now());
  return made.revision ?? 0;
}

/**
 * @param {Line} line
 * @param {Partial<Look>} change
 */
function change(line, change) {
  const channel = chooser.value;
  inTurn(async () => {
    const before = { text: line.text, hidden: line.hidden };
    const revision = await send(channel, line.id, line.revision, change);
    if (revision === line.revision) return;
    steps.did({ channel, caption: line.id, before, after: { ...before, ...change }, revision });
    tell(say(change.text !== undefined ? 'reviewSaidCorrected' : change.hidden ? 'reviewSaidHidden' : 'reviewSaidShown'));
  });
}

/**
 * @param {Step | null} step
 * @param {Look | undefined} look
 * @param {(revision: number) => void} done
 */
async function take(step, look, done) {
  if (step === null || look === undefined) return;
  try {
    done(await send(step.channel, step.caption, step.revision, look));
    tell(say('reviewSaidUndone'));
  } catch (error) {
    if (error instanceof ApiError && error.error === 'caption_changed') steps.drop(step);
    throw error;
  }
}

function takeBack() {
  inTurn(() => take(steps.undoable, steps.undoable?.before, (revision) => steps.undid(revision)));
}

function doAgain() {
  inTurn(() => take(steps.redoable, steps.redoable?.after, (revision) => steps.redid(revision)));
}

/** Show the captions of the chosen channel. */
function read() {
  feed?.close();
  const channel = chooser.value;
  device.remember(`review-channel-${event}`, channel);
  list.begin(channel === 'floor' ? '' : channel);
  feed = new ReviewFeed(event, channel, {
    caption: (caption, writtenMs) => list.take(caption, writtenMs),
    event: showEvent,
    replacements: (all) => replacements.show(all),
    connection: showConnection,
    failed: fail,
  });
}

async function start() {
  await loadWords();
  byId('brand', HTMLElement).append(languageChoice());
  const shortcuts = new Shortcuts();
  const help = byId('help', HTMLButtonElement);
  help.addEventListener('click', () => shortcuts.show());
  help.disabled = false;
  await openSession();
  /** @type {Overview} */
  const overview = await getJson(`${eventAddress(event)}/review`);
  setText(byId('title', HTMLElement), overview.title);
  document.title = say('reviewTitleOf', { title: overview.title });
  for (const { id } of overview.channels) {
    chooser.append(h('option', { value: id }, id === 'floor' ? say('channelFloor') : languageName(id)));
  }
  const remembered = device.recall(`review-channel-${event}`);
  const known = overview.channels.map(({ id }) => id);
  chooser.value = known.find((id) => id === remembered) ?? known.find((id) => id !== 'floor') ?? 'floor';
  const lines = byId('lines', HTMLElement);
  list = new LineList(lines, byId('newest', HTMLElement), {
    revise: change,
    undo: takeBack,
    redo: doAgain,
    help: () => shortcuts.show(),
  });
  holdBack = new HoldBack(event, overview.may_set, fail);
  replacements = new ReplacementList(event, known, overview.may_set, fail);
  byId('side', HTMLElement).append(holdBack.element, replacements.element);
  replacements.show(await getJson(`${eventAddress(event)}/replacements`));
  undo.addEventListener('click', takeBack);
  redo.addEventListener('click', doAgain);
  chooser.addEventListener('change', read);
  showEvent(overview);
  read();
  lines.focus();
}

start().catch(fail);
