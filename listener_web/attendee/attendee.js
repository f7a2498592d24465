/**
 * The attendee page: captions from the start, sound after one tap, another language at any time.
 *
 * Related modules: `event-info.js` waits for the event. `../languages/` has what is heard and what is
 * read, and lets the attendee choose. `caption-pane.js` receives the captions of one language and
 * shows them, with the modules of `../captions/`. The sound is `sound.js`, which loads
 * `../player/player.js` when the captions are on their way. `status.js` finds the one word at the top,
 * `notice.js` the sentence above the dock, which `notice-line.js` shows. `states.js` has what the middle
 * says while there is nothing to read, `dock.js` fills the dock, `preferences.js` keeps the settings of the
 * sound, and `reading.js` those of the captions, with search and quotes. `../data/` has the setting of how
 * much data to use, `../device/` what the page does with the phone: the screen, the pocket, no network. The
 * page's own words are in `../i18n/`. What all pages use is in `../shared/`.
 */
import { LazyAnnouncements } from '../announcements/lazy-announcements.js';
import { AbsenceFilter } from '../captions/absence.js';
import { CaptionFeed } from '../captions/caption-feed.js';
import { CaptionView } from '../captions/caption-view.js';
import { ChannelBar } from '../languages/channel-bar.js';
import { choose, recallChoice, rememberChoice, soundOf } from '../languages/choice.js';
import { OfferedLanguages } from '../languages/offered.js';
import { LazySaving } from '../data/lazy-saving.js';
import { asked, byId, pathSegment, setText } from '../shared/dom.js';
import { format, isolated } from '../i18n/format.js';
import { Questions } from '../questions/questions.js';
import { localise } from '../i18n/localise.js';
import { getJson } from '../shared/api.js';
import { onNetworkReturn } from '../shared/network.js';
import { forgetAnswers } from '../shared/page-answers.js';
import { network } from '../shared/reachable.js';
import { CaptionPane, SecondPane } from './caption-pane.js';
import { Dock, dockView } from './dock.js';
import { EventWatch, isAnyGone, waitForEvent } from './event-info.js';
import { EventWords, aboutAi } from './event-words.js';
import { obeyMediaControls, showMedia } from '../device/media-session.js';
import { LazySheet } from './lazy-sheet.js';
import { NoticeLine } from './notice-line.js';
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
  #sound = new Sound(() => loadPlayer(event, () => this.#choice));
  #questions = new Questions(byId('notice', HTMLElement));
  #saving;
  #panel;
  #words;
  #watch;
  #offered;
  #announcements;
  /** @type {Promise<import('../device/device.js').Device> | null} */
  #device = null;
  #soundLost = false;
  /** Whether sound has been asked for since the page was loaded. */
  #hasListened = false;
  #notice;

  /**
   * @param {Strings} strings
   * @param {import('./event-info.js').EventInfo} info
   * @param {StatePanel} panel
   */
  constructor(strings, info, panel) {
    this.#strings = strings;
    this.#info = info;
    this.#watch = new EventWatch(base, info.channels);
    this.#offered = new OfferedLanguages(base, info.channels, (channels) => this.#offer(channels));
    this.#announcements = new LazyAnnouncements(base, strings);
    this.#panel = panel;
    this.#notice = new NoticeLine(strings, () => this.#refresh());
    this.#words = new EventWords(aboutAi(info, strings));
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
    this.#saving = new LazySaving({
      base,
      strings,
      sound: this.#sound,
      questions: this.#questions,
      captionBytes: () => CaptionFeed.receivedBytes,
      chosen: () => this.#choice,
      take: (choice) => this.#take(choice),
    });
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
    this.#dock = new Dock(strings, { press: () => this.#press(), read: () => this.#readOnly(), open });
    this.#sound.addEventListener('change', () => this.#soundChanged());
    this.#sound.addEventListener('refused', (event) => {
      this.#keep(/** @type {CustomEvent<string>} */ (event).detail);
    });
    setUpPreferences(this.#sound);
    const stop = () => this.#sound.stop();
    obeyMediaControls(() => this.#sound.wanted, { listen: () => this.#listen(), stop });
    this.#bar.show(this.#choice, 'instant');
    this.#pane.read(this.#choice.read);
    this.#second.show(this.#choice.read, this.#choice.second);
    this.#refresh();
    forgetAnswers();
    setTimeout(() => {
      this.#loadMore();
      this.#loadDevice();
    }, SOUND_WAITS_MS);
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
      corrected: this.#strings.corrected,
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
      state: (state) => {
        this.#reports.hear(state);
        this.#offered.hear(state.channels);
        this.#sheet.hearHumans(state.humans ?? []);
        this.#announcements.hear(state.announcements);
      },
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
    else if (soundOf(choice.hear.id, choice) !== soundOf(before.hear.id, before)) {
      this.#sound.reopen();
    }
    if (before.captionsOnly && !choice.captionsOnly) void this.#sound.load();
    if (choice.read !== before.read) {
      this.#pane.read(choice.read);
      this.#reading.begin(choice.read);
    }
    this.#second.show(choice.read, choice.second);
    this.#bar.show(choice, 'smooth');
    this.#saving.show();
    this.#refresh();
  }

  /**
   * Go back to a channel: the server has no sound of the one that was chosen.
   *
   * @param {string} id of the channel that is still heard
   */
  #keep(id) {
    const { hear, linked } = this.#choice;
    const other = this.#info.channels.find((channel) => channel.id === id);
    if (other === undefined) return;
    const [language, heard] = [isolated(this.#nameOf(hear)), isolated(this.#nameOf(other))];
    this.#notice.refuse({ language, other: heard });
    this.#take(choose(this.#choice, linked ? 'both' : 'hear', other));
  }

  /** @param {Choice['hear']} channel */
  #nameOf({ id, name }) {
    return id === 'floor' ? this.#strings.original : name;
  }

  #press() {
    if (this.#sound.wanted) this.#sound.stop();
    else this.#listen();
  }

  /**
   * Offer other languages than before.
   *
   * @param {import('./event-info.js').EventInfo['channels']} channels
   */
  #offer(channels) {
    const { hear, read, second } = this.#choice;
    const used = [hear, read, ...(second === null ? [] : [second])];
    // Its captions end, and the watch then loads the page again.
    if (isAnyGone(used, channels)) return;
    this.#info.channels = channels;
    this.#watch.follow(channels);
    this.#sheet.offer(channels);
    this.#bar.offer(channels);
    this.#bar.show(this.#choice, 'instant');
  }

  #readOnly() {
    this.#take({ ...this.#choice, captionsOnly: true });
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
      if (this.#captions === 'lost') this.#loadDevice();
      this.#sound.retryNow();
    }
    this.#captions = captions;
    this.#watch.connection(captions === 'open');
    this.#refresh();
  }

  /** Load what a tap may need, so that it is not followed by a download. */
  #loadMore() {
    // One after the other: they share a connection, and the sound is needed first.
    const sound = this.#choice.captionsOnly ? Promise.resolve() : this.#sound.load();
    void sound.then(() => {
      this.#sheet.load().catch(() => undefined);
      void this.#reading.loadTools();
      this.#saving.load();
    });
  }

  #loadDevice() {
    this.#device ??= import('../bundles/later.js').then(({ later: { Device } }) => {
      const [captions, strings] = [[this.#pane, this.#second], this.#strings];
      return new Device({ strings, sound: this.#sound, questions: this.#questions, base, captions, network });
    });
    // What does not come is asked for again when captions come back.
    this.#device.then(
      () => this.#refresh(),
      () => (this.#device = null),
    );
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
    else if (this.#choice.captionsOnly && !this.#pane.view.isEmpty) this.#words.read();
    this.#showState(status);
    byId('status', HTMLElement).dataset.status = status;
    setText(byId('status-text', HTMLElement), statusText(this.#strings, situation));
    const [choice, hasListened] = [this.#choice, this.#hasListened];
    this.#dock.show(dockView(this.#strings, { situation, choice, hasListened, sound: this.#sound }));
    const soundInvited = !choice.captionsOnly && !hasListened;
    this.#notice.show(situation, { soundPossible: this.#sound.possible, soundInvited });
    void this.#device?.then((device) => device.update(status), () => undefined);
    const { hear } = this.#choice;
    showMedia(this.#info.title, this.#nameOf(hear), this.#hasListened, this.#sound.wanted);
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
    const programme = programmeOf(this.#info, this.#choice.read.id);
    const situation = { status, soundWanted, notice, startsAt, download, programme };
    const state = stateOf(situation, this.#strings, (start) => {
      const locale = localeOf(document.documentElement.lang, navigator.languages);
      const time = startTime(start, new Date(), locale);
      return format(this.#strings.plannedStart, { time });
    });
    this.#panel.show(state);
    this.#words.show(['soon', 'waiting'].includes(state.kind) ? notice : null);
  }
}

/**
 * The address of the programme that an event belongs to, which keeps the chosen language.
 *
 * @param {import('./event-info.js').EventInfo} info
 * @param {string} channel that is read
 */
function programmeOf({ conference }, channel) {
  if (!conference) return null;
  return `/c/${encodeURIComponent(conference)}?lang=${encodeURIComponent(channel)}`;
}

const strings = await localise();
const panel = new StatePanel(strings);
const info = await waitForEvent(base, strings, panel);
new AttendeePage(strings, info, panel);
