/**
 * The attendee page: captions from the start, sound after one tap, another language at any time.
 *
 * Related modules: `event-info.js` waits for the event. `../languages/` has what is heard and what is
 * read, and lets the attendee choose. `caption-pane.js` receives the captions of one language and
 * shows them, with the modules of `../captions/`. The sound is `sound.js`, which loads
 * `../player/player.js` when the captions are on their way. `status.js` finds the one word at the top,
 * `notice.js` the sentence above the dock, `states.js` what the middle says while there is nothing to
 * read, `dock.js` fills the dock, `preferences.js` keeps the settings of the sound, and `reading.js`
 * those of the captions, with search and quotes. The page's own words are in `../i18n/`. What all pages
 * use is in `../shared/`.
 */
import { AbsenceFilter } from '../captions/absence.js';
import { CaptionView } from '../captions/caption-view.js';
import { ChannelBar } from '../languages/channel-bar.js';
import { choose, recallChoice, rememberChoice, soundOf } from '../languages/choice.js';
import { byId, pathSegment, setText } from '../shared/dom.js';
import { format } from '../i18n/format.js';
import { localise } from '../i18n/localise.js';
import { getJson } from '../shared/api.js';
import { onNetworkReturn } from '../shared/network.js';
import { forgetAnswers } from '../shared/page-answers.js';
import { keepScreenOn } from '../shared/wake.js';
import { CaptionPane, SecondPane } from './caption-pane.js';
import { Dock, dockView } from './dock.js';
import { PassWatch, waitForEvent } from './event-info.js';
import { EventWords } from './event-words.js';
import { obeyMediaControls, showMedia } from './media-session.js';
import { LazySheet } from './lazy-sheet.js';
import { isLost, noticeOf } from './notice.js';
import { setUpPreferences } from './preferences.js';
import { Reading } from './reading.js';
import { Sound, loadPlayer } from './sound.js';
import { StatePanel } from './state-panel.js';
import { localeOf, startTime, stateOf } from './states.js';
import { statusOf, statusText } from './status.js';

/** @typedef {import('../i18n/localise.js').Strings} Strings */
/** @typedef {import('../languages/choice.js').Choice} Choice */

const event = pathSegment(1);
const base = `/e/${encodeURIComponent(event)}`;
/** The player is not loaded before the first captions, unless they take longer than this. */
const SOUND_WAITS_MS = 3_000;
/** A connection that is back sooner than this is not worth a sentence. */
const SHORT_LOSS_MS = 1_500;

class AttendeePage {
  #strings;
  #info;
  /** @type {Choice} */
  #choice;
  /** @type {'none' | 'open' | 'lost'} */
  #captions = 'none';
  /** @type {import('../captions/caption-feed.js').ChannelState | null} */
  #state = null;
  #reports = new AbsenceFilter((state) => {
    this.#state = state;
    this.#refresh();
  });
  #reading;
  #pane;
  #second;
  #bar;
  #sheet;
  #dock;
  #sound = new Sound(() => loadSound(() => this.#choice));
  #panel;
  #words;
  #pass;
  #soundLost = false;
  /** Whether sound has been asked for since the page was loaded. */
  #hasListened = false;
  /** When a connection was lost; `Infinity` while all work. */
  #lostAtMs = Infinity;

  /**
   * @param {Strings} strings
   * @param {import('./event-info.js').EventInfo} info
   * @param {StatePanel} panel
   */
  constructor(strings, info, panel) {
    this.#strings = strings;
    this.#info = info;
    this.#pass = new PassWatch(base, info.channels);
    this.#panel = panel;
    this.#words = new EventWords(info.ai_notice ?? strings.aiNotice);
    this.#choice = recallChoice(info.channels, event, {
      askedHear: asked('hear'),
      askedRead: asked('read'),
      askedBoth: asked('lang'),
      phone: navigator.languages,
    });
    document.title = info.title;
    setText(byId('title', HTMLElement), info.title);
    const view = this.#firstView();
    this.#reading = new Reading({ view, strings, info, base, channel: this.#choice.read });
    this.#pane = this.#firstPane(view);
    this.#second = new SecondPane(base, strings, this.#reading);
    const { channels } = info;
    this.#sheet = new LazySheet({
      base,
      channels,
      strings,
      sound: this.#sound,
      chosen: () => this.#choice,
      take: (choice) => this.#take(choice),
    });
    const open = () => void this.#sheet.open(this.#state?.language);
    this.#bar = new ChannelBar(channels, strings, {
      choose: (channel) => this.#take(choose(this.#choice, 'both', channel)),
      open,
    });
    this.#dock = new Dock(strings, { press: () => this.#press(), open });
    this.#sound.addEventListener('change', () => this.#soundChanged());
    setUpPreferences(this.#sound);
    const stop = () => this.#sound.stop();
    obeyMediaControls(() => this.#sound.wanted, { listen: () => this.#listen(), stop });
    this.#bar.show(this.#choice, 'instant');
    this.#pane.read(this.#choice.read);
    this.#second.show(this.#choice.read, this.#choice.second);
    this.#refresh();
    forgetAnswers();
    setTimeout(() => this.#loadMore(), SOUND_WAITS_MS);
    onNetworkReturn(() => {
      for (const part of [this.#pane, this.#second, this.#sound]) part.retryNow();
    });
  }

  #firstView() {
    return new CaptionView({
      scroller: byId('scroller', HTMLElement),
      log: byId('captions', HTMLElement),
      toNewest: byId('newest', HTMLButtonElement),
      announcer: byId('announcer', HTMLElement),
      wordsMissing: this.#strings.wordsMissing,
    });
  }

  /** @param {CaptionView} view */
  #firstPane(view) {
    const pace = this.#reading.paced((caption, writtenMs) => {
      const first = view.isEmpty;
      view.show(caption, writtenMs);
      if (first) this.#refresh();
    });
    return new CaptionPane(base, view, pace, {
      state: (state) => this.#reports.hear(state),
      connection: (open) => this.#captionsChanged(open ? 'open' : 'lost'),
    });
  }

  /** @param {Choice} choice */
  #take(choice) {
    const before = this.#choice;
    this.#choice = choice;
    rememberChoice(event, choice);
    if (choice.captionsOnly && !before.captionsOnly) this.#sound.stop();
    if (choice.hear !== before.hear) this.#sound.switchTo(choice.hear.id);
    else if (soundOf(choice.hear.id, choice.floorLevel) !== soundOf(before.hear.id, before.floorLevel)) {
      this.#sound.reopen();
    }
    if (before.captionsOnly && !choice.captionsOnly) void this.#sound.load();
    if (choice.read !== before.read) {
      this.#pane.read(choice.read);
      this.#reading.begin(choice.read);
    }
    this.#second.show(choice.read, choice.second);
    this.#bar.show(choice, 'smooth');
    this.#refresh();
  }

  #press() {
    if (this.#sound.wanted) this.#sound.stop();
    else this.#listen();
  }

  #listen() {
    this.#hasListened = true;
    if (this.#choice.captionsOnly) this.#take({ ...this.#choice, captionsOnly: false });
    this.#sound.listen(this.#choice.hear.id);
  }

  /** @param {'open' | 'lost'} captions */
  #captionsChanged(captions) {
    if (captions === this.#captions) return;
    // What brings captions brings sound, and brings it again.
    if (captions === 'open') {
      this.#loadMore();
      this.#sound.retryNow();
    }
    this.#captions = captions;
    this.#pass.connection(captions === 'open');
    this.#refresh();
  }

  /** Load what a tap may need, so that it is not followed by a download. */
  #loadMore() {
    if (!this.#choice.captionsOnly) void this.#sound.load();
    this.#sheet.load().catch(() => undefined);
    void this.#reading.loadTools();
  }

  #soundChanged() {
    const lost = this.#sound.state === 'reconnecting';
    // What brings sound again brings captions again.
    if (this.#soundLost && !lost) {
      this.#pane.retryNow();
      this.#second.retryNow();
    }
    this.#soundLost = lost;
    this.#refresh();
  }

  #refresh() {
    const player = this.#sound.state;
    const situation = { captions: this.#captions, channel: this.#state, player };
    const status = statusOf(situation);
    // The server does not answer any more. What is still in the buffer is played.
    if (status === 'ended' && player === 'reconnecting') this.#sound.stop();
    document.body.dataset.captions = this.#captions;
    if (status === 'ended' && document.body.dataset.event !== 'ended') void this.#end();
    if (player === 'playing') this.#words.heard();
    this.#showState(status);
    byId('status', HTMLElement).dataset.status = status;
    setText(byId('status-text', HTMLElement), statusText(this.#strings, situation));
    const [choice, hasListened] = [this.#choice, this.#hasListened];
    this.#dock.show(dockView(this.#strings, { situation, choice, hasListened, sound: this.#sound }));
    this.#showNotice(situation);
    keepScreenOn(status !== 'ended' && (this.#sound.wanted || status === 'live'));
    const { hear } = this.#choice;
    const channel = hear.id === 'floor' ? this.#strings.original : hear.name;
    showMedia(this.#info.title, channel, this.#sound.wanted);
  }

  /** The event is over. The organizer may have allowed to keep the text since the page was opened. */
  async #end() {
    document.body.dataset.event = 'ended';
    const info = await getJson(`${base}/info`).catch(() => null);
    if (info === null) return;
    this.#info.downloads = info.downloads;
    this.#refresh();
  }

  /** @param {ReturnType<typeof statusOf>} status */
  #showState(status) {
    const told = this.#state ?? this.#info;
    const notice = told.notice ?? null;
    const startsAt = (told.state === 'open' && told.starts_at) || null;
    const channel = encodeURIComponent(this.#choice.read.id);
    const download = this.#info.downloads ? `${base}/transcript/${channel}.txt` : null;
    const soundWanted = this.#sound.wanted;
    const situation = { status, soundWanted, notice, startsAt, download };
    const state = stateOf(situation, this.#strings, (start) => {
      const locale = localeOf(document.documentElement.lang, navigator.languages);
      const time = startTime(start, new Date(), locale);
      return format(this.#strings.plannedStart, { time });
    });
    this.#panel.show(state);
    this.#words.show(['soon', 'waiting'].includes(state.kind) ? notice : null);
  }

  /** @param {import('./status.js').Situation} situation */
  #showNotice(situation) {
    const now = performance.now();
    if (!isLost(situation)) this.#lostAtMs = Infinity;
    else if (this.#lostAtMs === Infinity) {
      this.#lostAtMs = now;
      // A timer may be early by a fraction of a millisecond.
      setTimeout(() => this.#refresh(), SHORT_LOSS_MS + 1);
    }
    const { text, tone } = noticeOf(situation, {
      soundPossible: this.#sound.possible,
      soundInvited: !this.#choice.captionsOnly && !this.#hasListened,
      lostForLong: now - this.#lostAtMs >= SHORT_LOSS_MS,
    });
    const notice = byId('notice', HTMLElement);
    notice.dataset.tone = tone;
    notice.hidden = text === null;
    setText(notice, text === null ? '' : this.#strings[text]);
  }
}

/**
 * The player of this event, with this attendee's settings.
 *
 * @param {() => Choice} chosen
 */
function loadSound(chosen) {
  return loadPlayer(({ addressOf, usableTransports }) => ({
    usable: () =>
      usableTransports(byId('locked-screen', HTMLInputElement).checked, asked('transport')),
    urlOf: (transport, channel) =>
      addressOf(transport, event, soundOf(channel, chosen().floorLevel)),
  }));
}

/** @param {string} name of a parameter of the page's address */
function asked(name) {
  return new URLSearchParams(location.search).get(name);
}

const strings = await localise();
const panel = new StatePanel(strings);
const info = await waitForEvent(base, strings, panel);
new AttendeePage(strings, info, panel);
