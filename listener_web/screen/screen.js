/**
 * A screen in a hall, or an overlay in a video mixer: the newest captions of one or two languages.
 *
 * `screen-settings.js` reads the address and joins it with the settings of the desk, which come by
 * `screen-stream.js`. `screen-lines.js` shows one language, with the modules of `../captions/`.
 * `screen-announcements.js` shows announcements. `night.js` says when the page loads itself again.
 */
import { CaptionFeed } from '../captions/caption-feed.js';
import { LANGUAGES, directionOf, localise } from '../i18n/localise.js';
import { bestMatch } from '../i18n/languages.js';
import { getJson } from '../shared/api.js';
import { Asking } from '../shared/asking.js';
import { byId, h, pathSegment, setText } from '../shared/dom.js';
import { onNetworkReturn } from '../shared/network.js';
import { network } from '../shared/reachable.js';
import { tab } from '../shared/storage.js';
import { keepScreenOn } from '../shared/wake.js';
import { fittingLines } from './fitting.js';
import { opened } from './gate.js';
import { Night } from './night.js';
import { ScreenAnnouncements } from './screen-announcements.js';
import { ScreenLines } from './screen-lines.js';
import { screenId, settingsOf, withDesk } from './screen-settings.js';
import { ScreenStream } from './screen-stream.js';

/** @typedef {import('../i18n/languages.js').Channel} Channel */
/** @typedef {import('../attendee/event-info.js').EventInfo} EventInfo */
/** @typedef {import('./screen-settings.js').DeskSettings} DeskSettings */
/** @typedef {{channel: Channel, lines: ScreenLines, feed: CaptionFeed, announcements: import('../announcements/shown-here.js').Announcement[]}} Pane */

const LOOK_MS = 15_000;

const event = pathSegment(1);
const base = `/e/${encodeURIComponent(event)}`;
const own = settingsOf(new URLSearchParams(location.search));
const id = screenId(own.name, tab);
const root = document.documentElement;

class Screen {
  #strings;
  #info;
  #settings = own;
  /** @type {Pane[]} */
  #panes = [];
  #night = new Night(Date.now());
  #announcements;
  /** Words in the screen's languages, the first one first. */
  #words;
  #state = '';
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #clearing;
  #stream;

  /**
   * @param {import('../i18n/localise.js').Strings} strings
   * @param {EventInfo} info
   */
  constructor(strings, info) {
    this.#strings = strings;
    this.#words = [strings];
    this.#info = info;
    this.#state = info.state;
    document.title = `${info.title} – ${own.name || event}`;
    setText(byId('title', HTMLElement), info.title);
    const place = byId('announcements', HTMLElement);
    this.#announcements = new ScreenAnnouncements(place, () => [...new Set(this.#words.map((one) => one.announcement))].join(' · '));
    byId('code', HTMLImageElement).src = `${base}/qr.svg`;
    this.#stream = new ScreenStream(() => this.#address(), {
      hello: ({ build }) => this.#night.serves(build),
      settings: (desk) => this.#obey(desk),
    });
    this.#show();
    keepScreenOn(true);
    network.askBy(new Asking());
    setInterval(() => void this.#look(), LOOK_MS);
    new ResizeObserver(() => this.#fit()).observe(place);
    addEventListener('resize', () => this.#fit());
    onNetworkReturn(() => this.#panes.forEach(({ feed }) => feed.retryNow()));
  }

  /** Of the stream, with what the desk is told. */
  #address() {
    const shows = this.#panes.map(({ channel }) => channel.id).join(', ').slice(0, 60);
    const query = new URLSearchParams({ name: own.name, shows });
    return `${base}/screens/${encodeURIComponent(id)}?${query}`;
  }

  /** @param {DeskSettings} desk */
  #obey(desk) {
    this.#settings = withDesk(own, desk);
    this.#show();
  }

  /** Show all settings. */
  #show() {
    const { size, lines, safe, theme, transparent, position, align, layout, qr, blank } = this.#settings;
    for (const [name, value] of Object.entries({ size, lines, safe })) root.style.setProperty(`--${name}`, String(value));
    Object.assign(root.dataset, {
      theme,
      position,
      align,
      layout,
      qr,
      background: transparent ? 'transparent' : 'opaque',
      blank: String(blank),
    });
    byId('corner', HTMLElement).hidden = qr === 'off';
    this.#read(this.#channels());
    this.#showIdle();
    this.#fit();
  }

  /** Show as many lines as are wanted and fit. */
  #fit() {
    const frame = getComputedStyle(byId('frame', HTMLElement));
    const announced = byId('announcements', HTMLElement).offsetHeight;
    const gap = parseFloat(frame.rowGap);
    const paddings = parseFloat(frame.paddingTop) + parseFloat(frame.paddingBottom);
    const elements = this.#panes.map(({ lines }) => lines.element);
    const room = {
      height: innerHeight - paddings - (announced > 0 ? announced + gap : 0),
      gap,
      sideBySide: this.#settings.layout === 'columns',
      lineHeights: elements.map((element) => parseFloat(getComputedStyle(element).lineHeight)),
    };
    fittingLines(room, this.#settings.lines).forEach((lines, i) => {
      elements[i]?.style.setProperty('--fitting-lines', String(lines));
    });
  }

  /** The channels of the languages that are wanted, or else the original. */
  #channels() {
    const { channels } = this.#info;
    const ids = channels.map((channel) => channel.id);
    const wanted = this.#settings.languages.map((tag) => (ids.includes(tag) ? tag : bestMatch([tag], ids)));
    const found = [...new Set(wanted)].flatMap((tag) => channels.filter((channel) => channel.id === tag));
    return found.length > 0 ? found : channels.slice(0, 1);
  }

  /** @param {Channel[]} channels */
  #read(channels) {
    const same = channels.map((one) => one.id).join() === this.#panes.map(({ channel }) => channel.id).join();
    if (same) return;
    for (const { feed, lines } of this.#panes) {
      feed.close();
      lines.element.remove();
    }
    this.#panes = [];
    for (const channel of channels) this.#open(channel);
    this.#fit();
    root.dir = directionOf(channels[0]?.id === 'floor' ? root.lang : (channels[0]?.id ?? root.lang));
    void this.#loadWords(channels);
    this.#stream.connect();
  }

  /** @param {Channel} channel */
  #open(channel) {
    const lines = new ScreenLines(channel, this.#strings);
    byId('panes', HTMLElement).append(lines.element);
    const stream = `${base}/captions/${encodeURIComponent(channel.id)}`;
    const poll = `${base}/poll/${encodeURIComponent(channel.id)}`;
    /** @type {Pane} */
    const pane = { channel, lines, announcements: [], feed: /** @type {any} */ (null) };
    this.#panes.push(pane);
    pane.feed = new CaptionFeed({ stream, poll }, {
      caption: (caption) => {
        lines.show(caption);
        this.#heard();
      },
      state: (state) => {
        this.#state = state.state;
        pane.announcements = state.announcements ?? [];
        this.#announcements.show(this.#panes.map(({ announcements }) => announcements));
        const known = this.#info.channels.map((one) => one.id).join();
        if (state.channels && state.channels.join() !== known) void this.#refreshInfo();
        this.#showIdle();
      },
      connection: (connected) => {
        root.dataset.connection = connected ? 'open' : 'lost';
      },
    });
  }

  #heard() {
    this.#night.heard(Date.now());
    this.#showIdle();
    if (own.clearS === 0) return;
    clearTimeout(this.#clearing);
    this.#clearing = setTimeout(() => {
      for (const { lines } of this.#panes) lines.clear();
    }, own.clearS * 1_000);
  }

  #showIdle() {
    root.dataset.idle = String(this.#panes.every(({ lines }) => lines.isEmpty));
  }

  /** @param {Channel[]} channels */
  async #loadWords(channels) {
    const tags = channels.map((channel) => (channel.id === 'floor' ? (channel.language ?? root.lang) : channel.id));
    const files = [...new Set(tags.map((tag) => bestMatch([tag], LANGUAGES) ?? 'en'))];
    const words = await Promise.all(files.map((file) => getJson(`/static/i18n/${file}.json`).catch(() => this.#strings)));
    this.#words = words;
    const spans = words.map((one, i) => h('span', { lang: files[i] ?? 'en', dir: 'auto' }, one.screenPhone));
    byId('corner-words', HTMLElement).replaceChildren(...spans);
    byId('code', HTMLImageElement).alt = words[0]?.screenPhone ?? '';
    this.#announcements.show(this.#panes.map(({ announcements }) => announcements));
  }

  async #refreshInfo() {
    const info = await getJson(`${base}/info`).catch(() => null);
    if (info === null) return;
    this.#info = info;
    this.#read(this.#channels());
  }

  /** Load the page again when that is due, and when an event that was over is open again. */
  async #look() {
    if (this.#night.isDue(Date.now())) location.reload();
    if (this.#state !== 'closed') return;
    const info = await getJson(`${base}/info`).catch(() => null);
    if (info !== null && info.state !== 'closed') location.reload();
  }
}

root.dataset.theme = own.theme;
root.dataset.background = own.transparent ? 'transparent' : 'opaque';
const strings = await localise();
new Screen(strings, await opened(base, strings, { quiet: own.transparent }));
