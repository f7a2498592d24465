/**
 * The attendee page: captions from the start, sound after one tap, another language at any time.
 *
 * Related modules: `caption-feed.js` receives captions and `caption-view.js` shows them. The sound is
 * `sound.js`, which loads `../player/player.js` when the captions are on their way. `status.js` finds
 * the one word at the top, and `preferences.js` keeps the reader's settings. The page's own words are
 * in `../i18n/`. What all pages use is in `../shared/`.
 */
import { ApiError, getJson } from '../shared/api.js';
import { Backoff } from '../shared/backoff.js';
import { CaptionFeed } from './caption-feed.js';
import { CaptionView } from './caption-view.js';
import { byId, h, pathSegment, setText } from '../shared/dom.js';
import { localise } from '../i18n/localise.js';
import { initialChannel } from '../i18n/languages.js';
import { setUpPreferences } from './preferences.js';
import { Sound, loadPlayer } from './sound.js';
import { statusOf, statusText } from './status.js';
import { tab } from '../shared/storage.js';
import { keepScreenOn } from '../shared/wake.js';

/** @typedef {import('../i18n/languages.js').Channel} Channel */
/** @typedef {import('../i18n/localise.js').Strings} Strings */
/** @typedef {{title: string, state: string, channels: Channel[]}} EventInfo */

const event = pathSegment(1);
const base = `/e/${encodeURIComponent(event)}`;
const chosenKey = `channel.${event}`;

class AttendeePage {
  #strings;
  #info;
  /** @type {Channel} */
  #channel;
  /** @type {CaptionFeed | null} */
  #feed = null;
  /** @type {'none' | 'open' | 'lost'} */
  #captions = 'none';
  /** @type {import('./caption-feed.js').ChannelState | null} */
  #state = null;
  #view;
  #sound = new Sound(loadSound);

  /**
   * @param {Strings} strings
   * @param {EventInfo} info
   */
  constructor(strings, info) {
    this.#strings = strings;
    this.#info = info;
    const wanted = [tab.recall(chosenKey), asked('lang')];
    this.#channel = initialChannel(info.channels, wanted, navigator.languages);
    this.#view = new CaptionView({
      scroller: byId('scroller', HTMLElement),
      log: byId('captions', HTMLElement),
      toNewest: byId('newest', HTMLButtonElement),
      announcer: byId('announcer', HTMLElement),
    });
    this.#sound.addEventListener('change', () => this.#refresh());
    setUpPreferences(this.#sound, this.#view);
    this.#listChannels();
    this.#setUpListening();
    this.#read();
    void this.#sound.load();
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
    const button = byId('listen', HTMLButtonElement);
    button.addEventListener('click', () => {
      if (this.#sound.wanted) this.#sound.stop();
      else this.#sound.listen(this.#channel.id);
    });
    if ('mediaSession' in navigator) {
      navigator.mediaSession.setActionHandler('play', () => button.click());
      navigator.mediaSession.setActionHandler('pause', () => button.click());
      navigator.mediaSession.setActionHandler('stop', () => this.#sound.stop());
    }
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
    const channel = encodeURIComponent(this.#channel.id);
    const addresses = { stream: `${base}/captions/${channel}`, poll: `${base}/poll/${channel}` };
    this.#feed = new CaptionFeed(addresses, {
      caption: (caption) => this.#view.show(caption),
      state: (state) => {
        this.#state = state;
        this.#refresh();
      },
      connection: (open) => {
        const captions = open ? 'open' : 'lost';
        if (captions === this.#captions) return;
        this.#captions = captions;
        this.#refresh();
      },
    });
    this.#refresh();
  }

  #refresh() {
    const player = this.#sound.state;
    const situation = { captions: this.#captions, channel: this.#state, player };
    const status = statusOf(situation);
    // The server does not answer any more. What is still in the buffer is played.
    if (status === 'ended' && player === 'reconnecting') this.#sound.stop();
    byId('status', HTMLElement).dataset.status = status;
    setText(byId('status-text', HTMLElement), statusText(this.#strings, situation));
    const button = byId('listen', HTMLButtonElement);
    button.setAttribute('aria-pressed', String(this.#sound.wanted));
    button.dataset.sounding = String(player === 'playing');
    button.disabled = !this.#sound.possible || status === 'ended';
    setText(
      byId('listen-text', HTMLElement),
      this.#sound.wanted ? this.#strings.stop : this.#strings.listen,
    );
    this.#showNotice(player, status);
    keepScreenOn(status !== 'ended' && (this.#sound.wanted || status === 'live'));
    this.#updateMediaSession();
  }

  /**
   * @param {import('../player/player.js').PlayerState} player
   * @param {string} status
   */
  #showNotice(player, status) {
    const strings = this.#strings;
    let text = player === 'idle' && status !== 'ended' ? strings.headphones : '';
    const missing = !this.#sound.possible;
    if (missing) text = strings.needsBrowser;
    const stopped = status === 'live' && this.#state?.channel === 'failed';
    if (stopped) text = strings.interpretationStopped;
    if (player === 'interrupted') text = strings.interrupted;
    if (player === 'failed') text = strings.soundFailed;
    const notice = byId('notice', HTMLElement);
    if (player === 'queued') text = strings.queuedLonger;
    const warns = stopped || missing || player === 'interrupted' || player === 'failed';
    notice.dataset.tone = warns ? 'warn' : '';
    notice.hidden = text === '';
    setText(notice, text);
  }

  #updateMediaSession() {
    if (!('mediaSession' in navigator)) return;
    const artist = this.#channel.id === 'floor' ? this.#strings.original : this.#channel.name;
    const metadata = navigator.mediaSession.metadata;
    if (metadata?.artist !== artist) {
      navigator.mediaSession.metadata = new MediaMetadata({ title: this.#info.title, artist });
    }
    navigator.mediaSession.playbackState = this.#sound.wanted ? 'playing' : 'paused';
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

/**
 * Fetch the event's channels and state. Waits for an event that is not open yet.
 *
 * @param {Strings} strings
 * @returns {Promise<EventInfo>}
 */
async function waitForEvent(strings) {
  const backoff = new Backoff(2_000, 15_000);
  for (;;) {
    try {
      return await getJson(`${base}/info`);
    } catch (error) {
      const answer = error instanceof ApiError ? error.status : 0;
      const status = answer === 404 ? 'waiting' : answer === 503 ? 'queued' : 'reconnecting';
      byId('status', HTMLElement).dataset.status = status;
      setText(byId('status-text', HTMLElement), strings[status]);
      const more = answer === 404 ? strings.notOpen : strings.captionsSoon;
      setText(byId('placeholder', HTMLElement), answer === 503 ? strings.queuedLonger : more);
      const waitMs = error instanceof ApiError && answer === 503 ? error.waitMs() : 0;
      await new Promise((resolve) => setTimeout(resolve, Math.max(waitMs, backoff.nextMs())));
    }
  }
}

const strings = await localise();
const info = await waitForEvent(strings);
setText(byId('placeholder', HTMLElement), strings.captionsSoon);
new AttendeePage(strings, info);
