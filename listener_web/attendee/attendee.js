/**
 * The attendee page: captions from the start, sound after one tap, another language at any time.
 *
 * Related modules: `event-info.js` waits for the event. `../languages/` has what is heard and what is
 * read, and lets the attendee choose. `caption-pane.js` receives the captions of one language and
 * shows them, with the modules of `../captions/`. The sound is `sound.js`, which loads
 * `../player/player.js` when the captions are on their way. `status.js` finds the one word at the top,
 * `notice.js` the sentence above the dock, `dock.js` fills the dock, and `preferences.js` keeps the
 * reader's settings. The page's own words are in `../i18n/`. What all pages use is in `../shared/`.
 */
import { AbsenceFilter } from '../captions/absence.js';
import { CaptionView } from '../captions/caption-view.js';
import { ChannelBar } from '../languages/channel-bar.js';
import { choose, recallChoice, rememberChoice, soundOf } from '../languages/choice.js';
import { byId, pathSegment, setText } from '../shared/dom.js';
import { localise } from '../i18n/localise.js';
import { onNetworkReturn } from '../shared/network.js';
import { keepScreenOn } from '../shared/wake.js';
import { CaptionPane, SecondPane } from './caption-pane.js';
import { Dock, dockView } from './dock.js';
import { waitForEvent } from './event-info.js';
import { obeyMediaControls, showMedia } from './media-session.js';
import { LazySheet } from './lazy-sheet.js';
import { isLost, noticeOf } from './notice.js';
import { setUpPreferences } from './preferences.js';
import { Sound, loadPlayer } from './sound.js';
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
  #pane;
  #second;
  #bar;
  #sheet;
  #dock;
  #sound = new Sound(() => loadSound(() => this.#choice));
  #soundLost = false;
  /** Whether sound has been asked for since the page was loaded. */
  #hasListened = false;
  /** When a connection was lost; `Infinity` while all work. */
  #lostAtMs = Infinity;

  /**
   * @param {Strings} strings
   * @param {import('./event-info.js').EventInfo} info
   */
  constructor(strings, info) {
    this.#strings = strings;
    this.#info = info;
    this.#choice = recallChoice(info.channels, event, {
      askedHear: asked('hear'),
      askedRead: asked('read'),
      askedBoth: asked('lang'),
      phone: navigator.languages,
    });
    document.title = info.title;
    setText(byId('title', HTMLElement), info.title);
    this.#pane = this.#firstPane();
    this.#second = new SecondPane(base, strings);
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
    setUpPreferences(this.#sound, this.#pane.view, () => {
      this.#pane.view.showNewest();
      this.#second.showNewest();
    });
    const stop = () => this.#sound.stop();
    obeyMediaControls(() => this.#sound.wanted, { listen: () => this.#listen(), stop });
    this.#bar.show(this.#choice, 'instant');
    this.#pane.read(this.#choice.read);
    this.#second.show(this.#choice.read, this.#choice.second);
    this.#refresh();
    setTimeout(() => this.#loadMore(), SOUND_WAITS_MS);
    onNetworkReturn(() => {
      for (const part of [this.#pane, this.#second, this.#sound]) part.retryNow();
    });
  }

  #firstPane() {
    const view = new CaptionView({
      scroller: byId('scroller', HTMLElement),
      log: byId('captions', HTMLElement),
      toNewest: byId('newest', HTMLButtonElement),
      announcer: byId('announcer', HTMLElement),
      wordsMissing: this.#strings.wordsMissing,
    });
    return new CaptionPane(base, view, {
      first: () => this.#refresh(),
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
    else if (choice.floorLevel !== before.floorLevel) this.#sound.reopen();
    if (choice.read !== before.read) this.#pane.read(choice.read);
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
    this.#refresh();
  }

  /** Load what a tap may need, so that it is not followed by a download. */
  #loadMore() {
    if (!this.#choice.captionsOnly) void this.#sound.load();
    this.#sheet.load().catch(() => undefined);
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
    if (status === 'ended') {
      document.body.dataset.event = 'ended';
      setText(byId('placeholder', HTMLElement), this.#strings.thanks);
    }
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
      hasCaptions: !this.#pane.view.isEmpty,
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
const info = await waitForEvent(`${base}/info`, strings);
new AttendeePage(strings, info);
