/**
 * The console of a human interpreter.
 *
 * One stream (`event-stream.js`) brings the turn, the partners, messages and the speaker; another one the
 * captions of what is heard. `situation.js` decides what to say of it all, and `air-panel.js` says it.
 * `sound/` has the headphones and the microphone, which `../stage/publisher.js` keeps connected;
 * `text/` the captions and the glossary. `shortcuts.js` has a key for every function.
 */
import { ApiError, sendJson } from '../shared/api.js';
import { byId, h, pathSegment, setText } from '../shared/dom.js';
import { onNetworkReturn } from '../shared/network.js';
import { EVENT_STATES } from '../shared/organizer.js';
import { device } from '../shared/storage.js';
import { keepScreenOn } from '../shared/wake.js';
import { explained, inSentences } from '../i18n/error-words.js';
import { languageChoice } from '../i18n/language-choice.js';
import { isKey, loadWords, say, wordsLanguage } from '../i18n/say.js';
import { languageName } from '../i18n/written.js';
import { Publisher } from '../stage/publisher.js';
import { AirPanel } from './air-panel.js';
import { EventStream } from './event-stream.js';
import { MessagesPane } from './messages-pane.js';
import { Shortcuts } from './shortcuts.js';
import { NO_TURN, REPORT_KEPT_MS, situationOf } from './situation.js';
import { HeardPanel } from './sound/heard-panel.js';
import { Listening } from './sound/listening.js';
import { OwnSound } from './sound/own-sound.js';
import { CribText } from './text/crib.js';
import { GlossaryPane } from './text/glossary-pane.js';
import { RunningText } from './text/running-text.js';

const SHOW_INTERVAL_MS = 250;
const METER_INTERVAL_MS = 50;
/** The server sends something every three seconds. */
const QUIET_MS = 8_000;
/** The state of a channel comes every fifteen. */
const CAPTIONS_QUIET_MS = 35_000;
const NOTICE_MS = 6_000;
const SLOW_DOWN_MS = 20_000;
/** A microphone that was refused, as before the event is open, is offered again after this time. */
const REFUSED_MS = 5_000;

await loadWords();
const [event, channel] = [pathSegment(1), pathSegment(2)];
const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
const path = `/booth/${encodeURIComponent(event)}/${encodeURIComponent(channel)}`;
const authorized = { Authorization: `Bearer ${token}` };
document.documentElement.dataset.theme = device.recall('booth-theme') ?? 'dark';

const known = {
  me: '',
  /** Of the server's clock, less this device's. */
  ahead_ms: 0,
  turn: NO_TURN,
  /** @type {import('./situation.js').Booth | null} */
  booth: null,
  /** When the booth reported last, by the page's clock. */
  booth_at_ms: 0,
  event: 'draft',
  connected: false,
  /** @type {import('./air-panel.js').Partner[]} */
  partners: [],
  /** @type {boolean | null} */
  speaker: null,
  coughing: false,
  started: false,
  slow_down_ms: 0,
  /** Those that the AI would speak. @type {{text: string, until_ms: number}[]} */
  announcements: [],
};

/** A name for this page: another one that has the same link open replaces it, and not the other way round. */
const page = `device=${Math.random().toString(36).slice(2)}`;
const whip = `/whip/${encodeURIComponent(event)}/${encodeURIComponent(channel)}?${page}`;
const publisher = new Publisher(new URL(whip, location.href), token);
/** @type {Listening | null} */
let listening = null;
/** @type {EventStream | null} */
let captions = null;
let heardChannel = '';
const notice = h('p', { class: 'console-notice', role: 'alert', hidden: true });
byId('console', HTMLElement).append(notice);
let noticeEnds = 0;

const source = new RunningText(byId('source', HTMLElement), say('consoleNoText'));
const crib = new RunningText(byId('crib', HTMLElement), say('consoleNoCrib'));
const cribText = new CribText();
const glossary = new GlossaryPane(byId('glossary', HTMLElement), channel);
const messages = new MessagesPane(byId('messages', HTMLElement), (to, text) =>
  command('message', { to, text }),
);
const own = new OwnSound(byId('sound', HTMLElement), {
  track: (track) => {
    if (track === null) publisher.stop();
    else if (publisher.active) void publisher.replaceTrack(track);
    else publisher.start(track);
  },
  self: (track) => listening?.hearSelf(track),
});
const heard = new HeardPanel(byId('heard', HTMLElement), event, channel, {
  hear: (chosen) => hear(chosen),
  volume: (volume) => listening?.setVolume(volume),
});
const air = new AirPanel(byId('air', HTMLElement), { start: () => void start(), useHere, command, cough });
const slowDown = h('button', { type: 'button', class: 'button slow-down', id: 'slow-down' });
const slowDownWords = h('span', {});

function nowMs() {
  return Date.now() + known.ahead_ms;
}

/**
 * Say something for a moment.
 *
 * @param {string} text
 */
function tell(text) {
  setText(notice, text);
  notice.hidden = text === '';
  noticeEnds = performance.now() + NOTICE_MS;
}

/** Commands go one after the other: a short cough must not end before it begins. */
let commands = Promise.resolve();

/**
 * @param {string} name of the command
 * @param {Record<string, string>} [more]
 */
function command(name, more = {}) {
  const before = known.turn;
  const mutes = name === 'mute' || name === 'unmute';
  if (mutes) known.turn = { ...before, muted: name === 'mute' };
  commands = commands.then(() =>
    sendJson('POST', `${path}/commands`, { command: name, ...more }, authorized).then(
      () => undefined,
      (error) => {
        if (mutes) known.turn = before;
        tell(inSentences(explained(error)));
      },
    ),
  );
  show();
}

/** Whether the microphone was muted before the cough. */
let wasMuted = false;

/** @param {boolean} on */
function cough(on) {
  if (on === known.coughing || (on && known.turn.interpreter !== known.me)) return;
  if (on) wasMuted = known.turn.muted;
  known.coughing = on;
  if (!wasMuted) command(on ? 'mute' : 'unmute');
  else show();
}

/**
 * The original comes in full, as interpreters need it; a relay has that while a human is on air.
 *
 * @param {string} chosen channel
 */
function soundAddress(chosen) {
  const sound = encodeURIComponent(chosen === 'floor' ? 'floor+full' : chosen);
  return new URL(`/whep/${encodeURIComponent(event)}/${sound}`, location.href).href;
}

/** Put on the headphones and open the microphone. Nobody hears it before the channel is taken. */
async function start() {
  listening ??= new Listening(soundAddress, token);
  listening.setVolume(heard.volume);
  listening.hear(heard.channel);
  if (!(await own.open())) return;
  known.started = true;
  keepScreenOn(true);
  show();
  if (document.activeElement === document.body) byId('take', HTMLButtonElement).focus();
}

/** Have the microphone again, although the link was opened on another device. */
function useHere() {
  if (own.track !== null && publisher.replaced) publisher.start(own.track, { takeover: true });
}

/** @param {string} chosen channel */
function hear(chosen) {
  listening?.hear(chosen);
  if (chosen === heardChannel) return;
  heardChannel = chosen;
  captions?.close();
  source.clear();
  const address = `/e/${encodeURIComponent(event)}/captions/${encodeURIComponent(chosen)}?newest=10`;
  const on = { message: takeCaption, connection: () => {}, refused: readLater };
  captions = new EventStream(address, token, on, CAPTIONS_QUIET_MS);
}

/** The captions cannot be read, perhaps because the event is not open yet. */
function readLater() {
  const chosen = heardChannel;
  heardChannel = '';
  setTimeout(() => heardChannel === '' && hear(chosen), 5_000);
}

/** @param {import('./event-stream.js').StreamMessage} message */
function takeCaption({ kind, data }) {
  if (kind !== 'caption') return;
  const { id, text, channel: language } = JSON.parse(data);
  source.write(id, text, language === 'floor' ? '' : language);
  glossary.hear(text);
}

/** @type {Record<string, (body: any) => void>} */
const TAKE = {
  hello: ({ interpreter, now_ms }) => {
    known.me = interpreter;
    known.ahead_ms = now_ms - Date.now();
  },
  event: (body) => {
    known.event = body.state;
    setText(byId('event-title', HTMLElement), body.title);
    document.title = `${languageName(channel)} · ${body.title}`;
    heard.offer(body.channels, body.relay_from);
    glossary.take(body.glossary);
    source.explain(say(body.source_captions || heard.channel !== 'floor' ? 'consoleNoText' : 'consoleNoCaptions'));
  },
  on_air: (turn) => {
    known.turn = turn;
  },
  partners: ({ partners }) => {
    known.partners = partners;
  },
  messages: (body) => messages.show(body.messages, known.me, nowMs()),
  floor: ({ publisher: speaker }) => {
    known.speaker = speaker;
  },
  booth: (booth) => {
    known.booth = booth;
    known.booth_at_ms = performance.now();
  },
  crib: ({ texts }) => {
    for (const piece of texts) {
      const { id, text } = cribText.add(piece);
      crib.write(id, text, channel);
    }
  },
  announcements: ({ announcements }) => {
    known.announcements = announcements;
  },
  slow_down: ({ at_ms }) => {
    known.slow_down_ms = at_ms;
  },
};

/** Show everything as it is known now. */
function show() {
  const muted = known.turn.muted && known.turn.interpreter === known.me;
  own.silence({ coughing: known.coughing, muted });
  if (performance.now() - known.booth_at_ms > REPORT_KEPT_MS) known.booth = null;
  const { state: microphone, replaced: elsewhere } = publisher;
  const situation = situationOf({ ...known, microphone, elsewhere, nowMs: nowMs() });
  const { started, turn, me, partners } = known;
  air.show({ started, situation, turn, me, partners, event: known.event, nowMs: nowMs() });
  const [key, look] = stateWords(known.event);
  const state = byId('event-state', HTMLElement);
  setText(state, key);
  state.dataset.status = look;
  const time = { hour: '2-digit', minute: '2-digit', second: '2-digit' };
  const clock = new Intl.DateTimeFormat(wordsLanguage(), /** @type {Intl.DateTimeFormatOptions} */ (time));
  setText(byId('clock', HTMLElement), clock.format(nowMs()));
  const shown = nowMs() - known.slow_down_ms < SLOW_DOWN_MS;
  setText(slowDownWords, say(shown ? 'consoleSlowDownShown' : 'consoleSlowDown'));
  slowDown.dataset.shown = String(shown);
  const toRead = known.turn.interpreter === known.me ? known.announcements : [];
  const texts = toRead.filter(({ until_ms: until }) => nowMs() < until).map(({ text }) => text);
  const readOut = byId('read-out', HTMLElement);
  setText(readOut, texts.length > 0 ? say('consoleReadOut', { text: texts.join(' · ') }) : '');
  readOut.hidden = texts.length === 0;
  const trouble = byId('ai-trouble', HTMLElement);
  setText(trouble, known.booth?.state === 'failed' ? known.booth.reason : '');
  trouble.hidden = trouble.textContent === '';
  if (performance.now() > noticeEnds) notice.hidden = true;
  glossary.show();
}

/**
 * @param {string} state of an event
 * @returns {[words: string, look: string]}
 */
function stateWords(state) {
  if (!Object.hasOwn(EVENT_STATES, state)) return ['', 'idle'];
  const [key, look] = EVENT_STATES[/** @type {keyof typeof EVENT_STATES} */ (state)];
  return [isKey(key) ? say(key) : '', look];
}

function makeHead() {
  setText(byId('channel', HTMLElement), languageName(channel));
  slowDown.setAttribute('aria-keyshortcuts', 'D');
  slowDown.append(slowDownWords, h('kbd', { 'aria-hidden': 'true' }, 'D'));
  slowDown.addEventListener('click', () => command('slow_down'));
  const light = h('button', { type: 'button', class: 'button small' }, say('consoleLight'));
  light.addEventListener('click', () => switchTheme());
  const hint = h('kbd', { 'aria-hidden': 'true' }, '?');
  const keys = h('button', { type: 'button', class: 'button small', id: 'keys' }, say('consoleKeys'), hint);
  keys.addEventListener('click', () => shortcuts.explain());
  byId('head-tools', HTMLElement).append(slowDown, light, keys, languageChoice());
}

function switchTheme() {
  const theme = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  device.remember('booth-theme', theme);
  document.documentElement.dataset.theme = theme;
}

const shortcuts = new Shortcuts([
  { key: 't', words: say('consoleTake'), press: () => known.started && air.take() },
  { key: 'u', words: say('consoleUseHere'), press: () => useHere() },
  { key: 'c', words: say('consoleCough'), press: () => cough(true), release: () => cough(false) },
  { key: 'm', words: say('consoleMute'), press: () => air.mute() },
  { key: 'a', words: say('consoleRelease'), press: () => air.release() },
  { key: 'r', words: say('consoleRequest'), press: () => air.request() },
  { key: 'h', words: say('consoleHandOverKey'), press: () => air.handOver() },
  { key: 'x', words: say('consoleStopKey'), press: () => air.stop() },
  { key: 'd', words: say('consoleSlowDown'), press: () => command('slow_down') },
  { key: 'f', words: say('consoleSwitchKey'), press: () => heard.switchSource() },
  { key: '+', words: say('consoleLouder'), press: () => heard.turn(1) },
  { key: '-', words: say('consoleQuieter'), press: () => heard.turn(-1) },
  { key: 's', words: say('consoleSelf'), press: () => own.switchSelf() },
  { key: 'g', words: say('consoleSearch'), press: () => glossary.focus() },
  { key: 'w', words: say('consoleMessage'), press: () => messages.focus() },
  { key: 'l', words: say('consoleLight'), press: () => switchTheme() },
  ...MessagesPane.phrases().map(({ key, words }) => ({ key, words, press: () => messages.phrase(key) })),
]);

makeHead();
show();
if (token === '') {
  byId('start', HTMLButtonElement).disabled = true;
  notice.textContent = say('consoleNoToken');
  notice.hidden = false;
  noticeEnds = Infinity;
} else if (!isSecureContext || !navigator.mediaDevices) {
  byId('start', HTMLButtonElement).disabled = true;
  tell(say('stageNeedsHttps'));
  noticeEnds = Infinity;
} else {
  const changes = new EventStream(
    `${path}/changes`,
    token,
    {
      message: ({ kind, data }) => {
        TAKE[kind]?.(JSON.parse(data));
        show();
      },
      connection: (connected) => {
        known.connected = connected;
        show();
      },
      refused: (error) => {
        known.connected = false;
        publisher.stop();
        tell(inSentences(explained(error)));
        noticeEnds = Infinity;
        if (error instanceof ApiError) show();
      },
    },
    QUIET_MS,
  );
  addEventListener('offline', () => changes.breakNow());
  onNetworkReturn(() => {
    changes.retryNow();
    captions?.retryNow();
    listening?.retryNow();
  });
}
publisher.addEventListener('change', () => {
  show();
  if (publisher.state !== 'refused' || publisher.problem === null || publisher.replaced) return;
  tell(inSentences(explained(publisher.problem)));
  setTimeout(() => own.track !== null && !publisher.active && publisher.start(own.track), REFUSED_MS);
});
setInterval(show, SHOW_INTERVAL_MS);
setInterval(() => {
  const level = listening?.measure() ?? -100;
  heard.show(level, { playing: listening?.playing ?? false, speaker: known.speaker });
  own.measure(level);
}, METER_INTERVAL_MS);
addEventListener('pagehide', () => publisher.stop());
addEventListener('beforeunload', (leaving) => {
  const mine = known.turn.interpreter !== '' && known.turn.interpreter === known.me;
  if (mine && publisher.active) leaving.preventDefault();
});
