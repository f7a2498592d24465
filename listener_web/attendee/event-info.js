/** The event's channels and state, and what the page shows until it has them. */
import { passcodeForm } from '../join/passcode-form.js';
import { codeForm } from '../join/code-form.js';
import { ApiError, getJson } from '../shared/api.js';
import { Backoff } from '../shared/backoff.js';
import { byId, setText } from '../shared/dom.js';
import { Wait, onNetworkReturn, unlessUnseen } from '../shared/network.js';
import { network } from '../shared/reachable.js';

/** After this many answers that there is no such event, the link is probably wrong. */
const PROBABLY_WRONG_AFTER = 3;
/** Captions that are lost for this long may need a passcode that is new, or their channel is gone. */
const SHUT_AFTER_MS = 10_000;

/** @typedef {import('../i18n/languages.js').Channel} Channel */
/** @typedef {import('../i18n/localise.js').Strings} Strings */

/**
 * @typedef {object} Explained
 * @property {import('./states.js').StateKind} kind
 * @property {'passcode' | 'queued' | 'reconnecting' | 'waiting' | 'noEvent'} status
 * @property {'passcodeTitle' | 'queued' | 'reconnecting' | 'notOpen' | 'noEvent'} title
 * @property {'passcodeNext' | 'queuedLonger' | 'connectionLost' | 'wrongLink' | ''} next
 */

/**
 * @typedef {object} EventInfo
 * @property {string} title
 * @property {string} state
 * @property {Channel[]} channels
 * @property {string} [code] what others type to reach the event
 * @property {string | null} [starts_at] ISO 8601
 * @property {string | null} [notice] the organizer's sentence
 * @property {string | null} [ai_notice] null for the page's own words, empty for none
 * @property {Record<string, string>} [ai_notice_translations] an own sentence by its language
 * @property {string} [provider] the service that processes the sound; empty for none
 * @property {string | null} [conference] id of its conference
 * @property {boolean} [downloads] whether the text can be downloaded
 */

/**
 * Fetch the event's channels and state. Waits for an event that is not open yet, and for the passcode.
 *
 * @param {string} base address of the event
 * @param {Strings} strings
 * @param {import('./state-panel.js').StatePanel} panel
 * @returns {Promise<EventInfo>}
 */
export async function waitForEvent(base, strings, panel) {
  const backoff = new Backoff(2_000, 15_000);
  const wait = new Wait();
  let missing = 0;
  let entered = () => {};
  onNetworkReturn(() => wait.end());
  for (;;) {
    try {
      const info = await getJson(`${base}/info`);
      document.body.dataset.event = 'open';
      return info;
    } catch (error) {
      // There is nothing to listen to.
      document.body.dataset.event = 'missing';
      if (isMissing(error)) missing += 1;
      const { status, title, next, kind } = explained(error, missing);
      byId('status', HTMLElement).dataset.status = status;
      setText(byId('status-text', HTMLElement), strings[status]);
      const state = { kind, title: strings[title], next: next === '' ? '' : strings[next] };
      if (kind === 'passcode') {
        await new Promise((resolve) => {
          entered = () => resolve(undefined);
          panel.show(state, () => passcodeForm(`${base}/pass`, strings, () => entered()));
          document.getElementById('passcode')?.focus();
        });
        continue;
      }
      panel.show(state, kind === 'wrong' ? () => codeForm(strings) : undefined);
      const waitMs = isFull(error) ? error.waitMs() : 0;
      await wait.pass(unlessUnseen(Math.max(waitMs, backoff.nextMs())));
    }
  }
}

/**
 * The words of the page while there is no event: keys of {@link Strings}. A draft and a wrong link look
 * the same.
 *
 * @param {unknown} error the server's answer
 * @param {number} missing how often it said so far that there is no such event
 * @returns {Explained}
 */
export function explained(error, missing) {
  if (needsPasscode(error)) {
    return { kind: 'passcode', status: 'passcode', title: 'passcodeTitle', next: 'passcodeNext' };
  }
  if (isFull(error)) {
    return { kind: 'full', status: 'queued', title: 'queued', next: 'queuedLonger' };
  }
  if (!isMissing(error)) {
    return { kind: 'lost', status: 'reconnecting', title: 'reconnecting', next: 'connectionLost' };
  }
  if (missing < PROBABLY_WRONG_AFTER) {
    return { kind: 'missing', status: 'waiting', title: 'notOpen', next: '' };
  }
  return { kind: 'wrong', status: 'noEvent', title: 'noEvent', next: 'wrongLink' };
}

/** @param {unknown} error */
function needsPasscode(error) {
  return error instanceof ApiError && error.error === 'passcode_needed';
}

/** @param {unknown} error */
function isMissing(error) {
  return error instanceof ApiError && error.status === 404;
}

/**
 * @param {unknown} error
 * @returns {error is ApiError}
 */
function isFull(error) {
  return error instanceof ApiError && error.full;
}

/**
 * Loads the page again when captions are lost because its event has a passcode that it had not when
 * the page was opened, or has lost a channel.
 */
export class EventWatch {
  #address;
  #channels;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** Takes back that it looks when the server can be reached. */
  #leave = () => {};
  #lost = false;

  /**
   * @param {string} base address of the event
   * @param {Channel[]} channels that the page shows
   */
  constructor(base, channels) {
    this.#address = `${base}/info`;
    this.#channels = channels;
  }

  /** @param {Channel[]} channels that the page shows from now on */
  follow(channels) {
    this.#channels = channels;
  }

  /** @param {boolean} open whether captions arrive */
  connection(open) {
    this.#leave();
    clearTimeout(this.#timer);
    this.#lost = !open;
    if (!open) this.#lookSoon();
  }

  #lookSoon() {
    this.#timer = setTimeout(() => {
      this.#leave = network.whenReached(() => void this.#look());
    }, SHUT_AFTER_MS);
  }

  async #look() {
    /** @type {EventInfo | ApiError} */
    const answer = await getJson(this.#address).catch((reason) => reason);
    const gone = !(answer instanceof Error) && isAnyGone(this.#channels, answer.channels);
    if (gone || needsPasscode(answer)) location.reload();
    else if (this.#lost) this.#lookSoon();
  }
}

/**
 * Whether one of the channels is not there any more.
 *
 * @param {Channel[]} before
 * @param {Channel[]} now
 */
export function isAnyGone(before, now) {
  return before.some(({ id }) => !now.some((channel) => channel.id === id));
}
