/**
 * The attendee page: captions from the start, sound after one tap, another language at any time.
 *
 * Related modules: `event-info.js` waits for the event. `../captions/` receives captions and shows them. The sound is
 * `sound.js`, which loads `../player/player.js` when the captions are on their way. `status.js` finds
 * the one word at the top, `notice.js` the sentence above the Listen button, `states.js` what the middle
 * says while there is nothing to read, `preferences.js` keeps the settings, and `reading.js` those of the
 * captions, with search and quotes. The page's own words are in `../i18n/`. What all pages use is in
 * `../shared/`.
 */
import { AbsenceFilter } from '../captions/absence.js';
import { CaptionFeed } from '../captions/caption-feed.js';
import { CaptionView } from '../captions/caption-view.js';
import { byId, h, pathSegment, setText } from '../shared/dom.js';
import { PassWatch, waitForEvent } from './event-info.js';
import { EventWords } from './event-words.js';
import { format } from '../i18n/format.js';
import { localise } from '../i18n/localise.js';
import { initialChannel } from '../i18n/languages.js';
import { obeyMediaControls, showMedia } from './media-session.js';
import { isLost, noticeOf } from './notice.js';
import { setUpPreferences } from './preferences.js';
import { Reading } from './reading.js';
import { Sound, loadPlayer } from './sound.js';
import { StatePanel } from './state-panel.js';
import { localeOf, startTime, stateOf } from './states.js';
import { statusOf, statusText } from './status.js';
import { onNetworkReturn } from '../shared/network.js';
import { tab } from '../shared/storage.js';
import { keepScreenOn } from '../shared/wake.js';

/** @typedef {import('../i18n/languages.js').Channel} Channel */
/** @typedef {import('../i18n/localise.js').Strings} Strings */

const event = pathSegment(1);
const base = `/e/${encodeURIComponent(event)}`;
const chosenKey = `channel.${event}`;
/** The player is not loaded before the first captions, unless they take longer than this. */
const SOUND_WAITS_MS = 3_000;
/** A connection that is back sooner than this is not worth a sentence. */
const SHORT_LOSS_MS = 1_500;

class AttendeePage {
  #strings;
  #info;
  /** @type {Channel} */
  #channel;
  /** @type {CaptionFeed | null} */
  #feed = null;
  /** @type {'none' | 'open' | 'lost'} */
  #captions = 'none';
  /** @type {import('../captions/caption-feed.js').ChannelState | null} */
  #state = null;
  #reports = new AbsenceFilter((state) => {
    this.#state = state;
    this.#refresh();
  });
  #view;
  #reading;
  #pace;
  #sound = new Sound(loadSound);
  #panel;
  #words;
  #pass = new PassWatch(base);
  #soundLost = false;
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
    this.#panel = panel;
    this.#words = new EventWords(info.ai_notice ?? strings.aiNotice);
    const wanted = [tab.recall(chosenKey), asked('lang')];
    this.#channel = initialChannel(info.channels, wanted, navigator.languages);
    this.#view = new CaptionView({
      scroller: byId('scroller', HTMLElement),
      log: byId('captions', HTMLElement),
      toNewest: byId('newest', HTMLButtonElement),
      announcer: byId('announcer', HTMLElement),
      wordsMissing: strings.wordsMissing,
    });
    this.#sound.addEventListener('change', () => this.#soundChanged());
    setUpPreferences(this.#sound);
    this.#reading = new Reading({ view: this.#view, strings, info, base, channel: this.#channel });
    this.#pace = this.#reading.paced((caption, writtenMs) => {
      const first = this.#view.isEmpty;
      this.#view.show(caption, writtenMs);
      if (first) this.#refresh();
    });
    this.#listChannels();
    this.#setUpListening();
    this.#read();
    setTimeout(() => {
      void this.#sound.load();
      void this.#reading.loadTools();
    }, SOUND_WAITS_MS);
    onNetworkReturn(() => {
      this.#feed?.retryNow();
      this.#sound.retryNow();
    });
  }

  #listChannels() {
    document.title = this.#info.title;
    setText(byId('title', HTMLElement), this.#info.title);
    const options = this.#info.channels.map((channel) => {
      const floor = channel.id === 'floor';
      const name = floor ? this.#strings.original : channel.name;
      const input = h('input', {
        type: 'radio',
        name: 'channel',
        value: channel.id,
        checked: channel === this.#channel,
        onchange: () => this.#choose(channel),
      });
      const text = h('span', floor ? {} : { lang: channel.id, dir: channel.dir }, name);
      return h('label', { 'data-channel': channel.id }, input, text);
    });
    byId('channels', HTMLElement).append(...options);
    this.#showChosen('instant');
  }

  /** @param {ScrollBehavior} behavior */
  #showChosen(behavior) {
    document
      .querySelector('#channels input:checked')
      ?.scrollIntoView({ behavior, block: 'nearest', inline: 'center' });
  }

  #setUpListening() {
    const listen = () => this.#sound.listen(this.#channel.id);
    const stop = () => this.#sound.stop();
    byId('listen', HTMLButtonElement).addEventListener('click', () => {
      if (this.#sound.wanted) stop();
      else listen();
    });
    obeyMediaControls(() => this.#sound.wanted, { listen, stop });
  }

  /** @param {Channel} channel */
  #choose(channel) {
    this.#channel = channel;
    tab.remember(chosenKey, channel.id);
    this.#sound.switchTo(channel.id);
    this.#read();
    this.#showChosen('smooth');
  }

  /** Show the chosen channel's captions, beginning with its history. */
  #read() {
    this.#feed?.close();
    this.#view.begin(this.#channel);
    this.#reading.begin(this.#channel);
    const channel = encodeURIComponent(this.#channel.id);
    const stream = `${base}/captions/${channel}`;
    const addresses = { stream, poll: `${base}/poll/${channel}`, history: `${stream}/history` };
    this.#feed = new CaptionFeed(addresses, {
      history: (history) => this.#view.continueWith(history),
      caption: (caption, writtenMs) => this.#pace.take(caption, writtenMs),
      state: (state) => {
        if (state.language) this.#view.speakerSpeaks(state.language);
        this.#reports.hear(state);
      },
      connection: (open) => {
        const captions = open ? 'open' : 'lost';
        if (captions === this.#captions) return;
        // What brings captions brings sound, and brings it again.
        if (open) {
          void this.#sound.load();
          void this.#reading.loadTools();
          this.#sound.retryNow();
        }
        this.#captions = captions;
        this.#pass.connection(open);
        this.#refresh();
      },
    });
    this.#refresh();
  }

  #soundChanged() {
    const lost = this.#sound.state === 'reconnecting';
    // What brings sound again brings captions again.
    if (this.#soundLost && !lost) this.#feed?.retryNow();
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
    if (status === 'ended') document.body.dataset.event = 'ended';
    if (player === 'playing') this.#words.heard();
    this.#showState(status);
    byId('status', HTMLElement).dataset.status = status;
    setText(byId('status-text', HTMLElement), statusText(this.#strings, situation));
    const button = byId('listen', HTMLButtonElement);
    // Not `aria-pressed`: the name changes, and "Stop, pressed" would be said of what plays.
    button.dataset.listening = String(this.#sound.wanted);
    button.dataset.sounding = String(player === 'playing');
    button.disabled = !this.#sound.possible;
    setText(
      byId('listen-text', HTMLElement),
      this.#sound.wanted ? this.#strings.stop : this.#strings.listen,
    );
    this.#showNotice(situation);
    keepScreenOn(status !== 'ended' && (this.#sound.wanted || status === 'live'));
    const channel = this.#channel.id === 'floor' ? this.#strings.original : this.#channel.name;
    showMedia(this.#info.title, channel, this.#sound.wanted);
  }

  /** @param {ReturnType<typeof statusOf>} status */
  #showState(status) {
    const told = this.#state ?? this.#info;
    const notice = told.notice ?? null;
    const startsAt = (told.state === 'open' && told.starts_at) || null;
    const channel = encodeURIComponent(this.#channel.id);
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
      lostForLong: now - this.#lostAtMs >= SHORT_LOSS_MS,
    });
    const notice = byId('notice', HTMLElement);
    notice.dataset.tone = tone;
    notice.hidden = text === null;
    setText(notice, text === null ? '' : this.#strings[text]);
  }
}

/** The player of this event, with this attendee's settings. */
function loadSound() {
  return loadPlayer(({ addressOf, usableTransports }) => ({
    usable: () =>
      usableTransports(byId('locked-screen', HTMLInputElement).checked, asked('transport')),
    urlOf: (transport, channel) => {
      const withFloor = channel !== 'floor' && byId('with-floor', HTMLInputElement).checked;
      return addressOf(transport, event, withFloor ? `${channel}+floor` : channel);
    },
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
