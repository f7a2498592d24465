/**
 * The speaker's page: choose a microphone, check its level, publish it and keep it published.
 *
 * Related modules: `microphone.js` opens and measures the microphone. `publisher.js` keeps it on air,
 * one `whip-session.js` after the other. `check/heard-frame.js` tells whether anybody hears it. What all pages use is in `../shared/`.
 */
import { ApiError, getJson } from '../shared/api.js';
import { byId, h, pathSegment, setText } from '../shared/dom.js';
import { judge, showLevel } from '../shared/level.js';
import { Microphone, explainMicrophone } from './microphone.js';
import { Publisher } from './publisher.js';
import { SlowDownSign } from './slow-down.js';
import { HeardFrame } from './check/heard-frame.js';
import { HeardSound } from '../shared/heard-sound.js';
import { keepScreenOn } from '../shared/wake.js';
import { explained, inSentences } from '../i18n/error-words.js';
import { speakerFault } from '../i18n/finding-words.js';
import { languageChoice } from '../i18n/language-choice.js';
import { loadWords, say } from '../i18n/say.js';

const EVENT_INTERVAL_MS = 3_000;
const SOUND_INTERVAL_MS = 2_000;
const METER_INTERVAL_MS = 60;

const STATES = /** @type {const} */ ({
  idle: 'stageIdle',
  connecting: 'stageConnecting',
  live: 'stageOnAir',
  reconnecting: 'stageReconnecting',
  refused: 'stageRefused',
});

const LOUDNESS = /** @type {const} */ ({
  none: 'loudnessNone',
  quiet: 'loudnessQuiet',
  good: 'loudnessGood',
  loud: 'loudnessLoud',
});

const EVENT_STATES = /** @type {const} */ ({
  draft: 'stageDraft',
  open: 'stageOpen',
  live: 'stageLive',
  paused: 'stagePaused',
  closed: 'stageClosed',
});

await loadWords();
const event = pathSegment(1);
const key = new URLSearchParams(location.hash.slice(1)).get('key') ?? '';
const allow = byId('allow', HTMLButtonElement);
const publish = byId('publish', HTMLButtonElement);
const takeover = byId('takeover', HTMLButtonElement);
const devices = byId('device', HTMLSelectElement);
const publisher = new Publisher(new URL(`/whip/${encodeURIComponent(event)}`, location.href), key);
/** Loading the page again would end the talk: it cannot be chosen on air. */
const languages = languageChoice();
byId('brand', HTMLElement).append(languages);
const frame = new HeardFrame();
const slowDown = new SlowDownSign();
byId('air', HTMLElement).before(slowDown.element, frame.element);
const authorized = { Authorization: `Bearer ${key}` };
const heard = new HeardSound(`/stage/${encodeURIComponent(event)}/heard.wav`, authorized, (error) =>
  explain(inSentences(explained(error))),
);
heard.element.hidden = true;
publish.after(heard.element);
/** @type {import('./check/heard-frame.js').StageSituation['floor']} */
let floor = null;
/** Channels whose booths had failed at the last two reports: one report can miss a booth. */
let failing = [/** @type {string[]} */ ([]), /** @type {string[]} */ ([])];
let eventState = 'draft';

/** Tell the speaker whether anybody hears them. */
function showHeard() {
  const onAir = publisher.state === 'live';
  const muted = microphone?.track?.muted === true || microphone?.track?.enabled === false;
  heard.element.hidden = !onAir;
  frame.show({ onAir, muted, state: eventState, floor, failing: [...new Set(failing.flat())] });
}
/** @type {Microphone | null} */
let microphone = null;

/** @param {string} text */
function explain(text) {
  setText(byId('reason', HTMLElement), text);
}

function showPublisher() {
  const { state, problem, active } = publisher;
  const taken = problem?.error === 'floor_taken';
  byId('air', HTMLElement).dataset.status = state;
  setText(byId('state', HTMLElement), say(taken ? 'stageTaken' : STATES[state]));
  if (problem !== null) explain(inSentences(explained(problem)));
  else if (state === 'live') explain(say('stageStay'));
  else if (state === 'idle' && microphone !== null) explain(say('stageReady'));
  else if (state !== 'idle') explain(say('stageMoment'));
  setText(publish, say(active ? 'stageStop' : 'stagePublish'));
  languages.disabled = active;
  takeover.hidden = !taken;
  if (state !== 'live') floor = null;
  showHeard();
  keepScreenOn(active);
}

/** Open the microphone that the controls name, and send it if the speaker is on air. */
async function openMicrophone() {
  microphone ??= newMicrophone();
  const room = document.querySelector('input[name=processing]:checked')?.getAttribute('value');
  try {
    const track = await microphone.open({ deviceId: devices.value, room: room === 'room' });
    await publisher.replaceTrack(track);
    await listDevices(microphone, track.getSettings().deviceId ?? '');
    allow.hidden = true;
    publish.hidden = false;
    byId('sound', HTMLElement).hidden = false;
    showPublisher();
  } catch (error) {
    explain(explainMicrophone(error));
  }
}

function newMicrophone() {
  const created = new Microphone();
  created.addEventListener('lost', () => {
    publisher.stop();
    explain(say('microphoneGone'));
  });
  setInterval(() => {
    const { rmsDbfs, held } = created.measure();
    const loudness = judge(held.rmsDbfs, held.peakDbfs);
    showLevel(byId('meter', HTMLElement), rmsDbfs, loudness);
    setText(byId('loudness', HTMLElement), say(LOUDNESS[loudness]));
  }, METER_INTERVAL_MS);
  navigator.mediaDevices.addEventListener('devicechange', () => {
    void listDevices(created, devices.value);
  });
  return created;
}

/**
 * @param {Microphone} from
 * @param {string} selected
 */
async function listDevices(from, selected) {
  const options = (await from.list()).map(({ deviceId, label }) =>
    h('option', { value: deviceId }, label || say('stageMicrophone')),
  );
  devices.replaceChildren(...options);
  devices.value = selected;
}

/** @param {boolean} takingOver */
function goOnAir(takingOver) {
  const track = microphone?.track;
  if (track) publisher.start(track, { takeover: takingOver });
}

/** @param {string} provider empty if AI runs on the organizer's own computers */
function showAi(provider) {
  const text = provider === '' ? say('stageAiHere') : say('stageAi', { provider });
  setText(byId('ai-notice', HTMLElement), text);
}

async function showEvent() {
  /** @type {keyof typeof EVENT_STATES} */
  let state = 'draft';
  try {
    const info = await getJson(`/e/${encodeURIComponent(event)}/info`);
    state = info.state;
    setText(byId('title', HTMLElement), info.title);
    showAi(info.provider);
    document.title = `${say('stageTitle')} · ${info.title}`;
  } catch (error) {
    // A draft answers 404. After any other failure the page keeps showing the last known state.
    if (!(error instanceof ApiError) || error.status !== 404) return;
  }
  setText(byId('event-state', HTMLElement), say(EVENT_STATES[state]));
  eventState = state;
  showHeard();
}

/** Say what the server finds wrong with the sound that arrives, such as a faulty cable. */
async function showSoundFault() {
  let reason = '';
  if (publisher.state === 'live') {
    try {
      const sound = await getJson(`/stage/${encodeURIComponent(event)}/sound`, authorized);
      floor = sound;
      failing = [failing[1] ?? [], sound.booths_failing];
      slowDown.show(sound.slow_down);
      reason = sound.publisher ? speakerFault(sound) : '';
    } catch {
      // The publisher says that the server is gone; what was known of the cable stays.
      return;
    }
  }
  const fault = byId('sound-fault', HTMLElement);
  setText(fault, reason);
  fault.hidden = reason === '';
  showHeard();
}

async function watchSound() {
  for (;;) {
    await showSoundFault();
    await new Promise((resolve) => setTimeout(resolve, SOUND_INTERVAL_MS));
  }
}

allow.addEventListener('click', () => void openMicrophone());
publish.addEventListener('click', () => (publisher.active ? publisher.stop() : goOnAir(false)));
takeover.addEventListener('click', () => goOnAir(true));
devices.addEventListener('change', () => void openMicrophone());
byId('processing', HTMLElement).addEventListener('change', () => void openMicrophone());
publisher.addEventListener('change', showPublisher);
addEventListener('pagehide', () => publisher.stop());
addEventListener('beforeunload', (leaving) => {
  if (publisher.active) leaving.preventDefault();
});

if (key === '') explain(say('stageNoKey'));
else if (!isSecureContext || !navigator.mediaDevices) explain(say('stageNeedsHttps'));
else allow.disabled = false;
void showEvent();
setInterval(() => void showEvent(), EVENT_INTERVAL_MS);
void watchSound();
