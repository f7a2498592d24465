/**
 * The stage monitor: tells the speaker whether the floor is on air, the time, and how far the slowest language
 * is behind. Everything comes by the stream of `../screen/screen-stream.js`.
 */
import { loadWords, say, wordsLanguage } from '../i18n/say.js';
import { localise } from '../i18n/localise.js';
import { languageName, whole } from '../i18n/written.js';
import { asked, byId, pathSegment, setText } from '../shared/dom.js';
import { tab } from '../shared/storage.js';
import { keepScreenOn } from '../shared/wake.js';
import { opened } from '../screen/gate.js';
import { Night } from '../screen/night.js';
import { screenId, settingsOf } from '../screen/screen-settings.js';
import { ScreenStream } from '../screen/screen-stream.js';
import { USUAL_LIMIT_S, airOf, clockTime, countdownOf, needsPause } from './monitor-state.js';

/** @typedef {import('./monitor-state.js').MonitorState} MonitorState */

const TICK_MS = 500;
/** The server says something every 15 s. */
const LOST_MS = 20_000;

const event = pathSegment(1);
const base = `/e/${encodeURIComponent(event)}`;
const { name } = settingsOf(new URLSearchParams(location.search));
const limitS = Number(asked('limit')) || USUAL_LIMIT_S;

/** @type {MonitorState | null} */
let told = null;
let toldAtMs = Date.now();

/** @param {number} nowMs */
function show(nowMs) {
  const time = new Intl.DateTimeFormat(wordsLanguage(), { timeStyle: 'short' });
  setText(byId('clock', HTMLElement), time.format(nowMs));
  if (told === null) return;
  setText(byId('title', HTMLElement), told.title);
  const [key, look] = airOf(told);
  const air = byId('air', HTMLElement);
  air.dataset.look = look;
  setText(air, say(key));
  showCountdown(nowMs, told);
  const { slowest, lag_s: lagS, state } = told;
  const language = slowest === null ? '' : languageName(slowest);
  const lag = state === 'live' && slowest !== null && lagS !== null && lagS > 0;
  setText(byId('lag', HTMLElement), lag ? say('monitorLag', { language, seconds: whole(lagS) }) : '');
  showLight(nowMs, told);
}

/**
 * @param {number} nowMs
 * @param {MonitorState} state
 */
function showCountdown(nowMs, state) {
  const countdown = countdownOf(state, nowMs);
  const element = byId('countdown', HTMLElement);
  element.hidden = countdown === null;
  if (countdown === null) return;
  element.dataset.over = String(countdown.key === 'monitorOvertime');
  setText(byId('countdown-time', HTMLElement), clockTime(countdown.seconds));
  setText(byId('countdown-words', HTMLElement), say(countdown.key));
}

/**
 * The light at the lower edge: an interpreter's signal goes before a pause that the lag needs.
 *
 * @param {number} nowMs
 * @param {MonitorState} state
 */
function showLight(nowMs, state) {
  const light = byId('light', HTMLElement);
  const lost = nowMs - toldAtMs > LOST_MS;
  const shown = lost ? 'lost' : state.slow_down ? 'slower' : needsPause(state, limitS) ? 'pause' : '';
  light.dataset.light = shown;
  const words = { lost: 'monitorLost', slower: 'monitorSlower', pause: 'monitorPause', '': '' };
  const key = /** @type {'monitorLost' | 'monitorSlower' | 'monitorPause' | ''} */ (words[shown]);
  setText(light, key === '' ? '' : say(key));
}

const strings = await localise();
await loadWords();
document.title = say('monitorTitle');
await opened(base, strings);
const night = new Night(Date.now());
const query = new URLSearchParams({ kind: 'monitor', name });
const heard = () => (toldAtMs = Date.now());
new ScreenStream(() => `${base}/screens/${encodeURIComponent(screenId(name, tab))}?${query}`, {
  hello: ({ build }) => {
    heard();
    night.serves(build);
  },
  settings: heard,
  alive: heard,
  monitor: (state) => {
    heard();
    told = state;
    if (state.state === 'live' && state.floor === 'speaking') night.heard(Date.now());
    show(Date.now());
  },
});
keepScreenOn(true);
setInterval(() => {
  show(Date.now());
  if (night.isDue(Date.now())) location.reload();
}, TICK_MS);
