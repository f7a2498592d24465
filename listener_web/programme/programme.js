/** The programme of a conference: what is on now and next in each room, one tap away. */
import { localeOf } from '../attendee/states.js';
import { localise } from '../i18n/localise.js';
import { ApiError, getJson } from '../shared/api.js';
import { Backoff } from '../shared/backoff.js';
import { byId, pathSegment, setText } from '../shared/dom.js';
import { Wait, onNetworkReturn, unlessUnseen } from '../shared/network.js';
import { ProgrammeView } from './programme-view.js';

/** Between two questions: this long and up to half as long again, so that a hall does not ask at once. */
const ASK_EVERY_MS = 25_000;

const conference = pathSegment(1);
const strings = await localise();
const language = document.documentElement.lang;
const view = new ProgrammeView(
  strings,
  localeOf(language, navigator.languages),
  location.search,
);
const trouble = byId('trouble', HTMLElement);
const backoff = new Backoff(2_000, 60_000);
const wait = new Wait();
onNetworkReturn(() => wait.end());
navigator.serviceWorker
  ?.register(`/c/service-worker.js?language=${encodeURIComponent(language)}`, {
    updateViaCache: 'none',
  })
  .catch((error) => console.warn('without a page for no network:', error));
let hasShown = false;
for (;;) {
  let pauseMs = ASK_EVERY_MS * (1 + Math.random() / 2);
  try {
    const programme = await getJson(`/c/${encodeURIComponent(conference)}/programme`);
    view.show(programme, new Date());
    hasShown = true;
    backoff.reset();
    setText(trouble, '');
  } catch (error) {
    const full = error instanceof ApiError && error.full ? error.waitMs() : 0;
    pauseMs = Math.max(full, backoff.nextMs());
    setText(trouble, sentenceAbout(error));
  }
  await wait.pass(unlessUnseen(pauseMs));
}

/** @param {unknown} error */
function sentenceAbout(error) {
  if (error instanceof ApiError && error.status === 404) return strings.programmeUnknown;
  return hasShown ? strings.programmeOld : strings.programmeLost;
}
