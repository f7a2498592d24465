/** The big state of the console, the turn's time, and the buttons that change the turn. */
import { h, setText } from '../shared/dom.js';
import { device } from '../shared/storage.js';
import { say } from '../i18n/say.js';
import { whole } from '../i18n/written.js';
import { TURN_MINUTES, minutesAndSeconds, reminder, secondsLeft } from './turn-clock.js';

const MINUTES = 'booth-turn-minutes';

/** @typedef {import('./situation.js').Situation} Situation */
/** @typedef {import('./situation.js').Turn} Turn */
/** @typedef {{id: string, name: string, open: boolean}} Partner */

/**
 * @typedef {object} AirActions
 * @property {() => void} start
 * @property {() => void} useHere
 * @property {(command: string, more?: Record<string, string>) => void} command
 * @property {(on: boolean) => void} cough
 */

/**
 * @typedef {object} Shown
 * @property {boolean} started whether the microphone was opened
 * @property {Situation} situation
 * @property {Turn} turn
 * @property {string} me
 * @property {Partner[]} partners the other interpreters of the channel
 * @property {string} event its state
 * @property {number} nowMs
 */

/**
 * A button with the key that does the same.
 *
 * @param {string} id
 * @param {string} key
 * @param {string} [look]
 */
function keyed(id, key, look = '') {
  const words = h('span', {});
  const hint = h('kbd', { 'aria-hidden': 'true' }, key.toUpperCase());
  const button = h('button', { type: 'button', class: `button ${look}`, id }, words, hint);
  button.setAttribute('aria-keyshortcuts', key.toUpperCase());
  return { button, words };
}

export class AirPanel {
  #on;
  #element;
  #headline = h('p', { class: 'air-state', role: 'status' });
  #detail = h('p', { class: 'air-detail' });
  #time = h('span', { class: 'air-time', dir: 'ltr' });
  #of = h('select', { class: 'turn-minutes' });
  #timer = h('p', { class: 'turn' });
  #bar = h('div', { class: 'turn-bar', 'aria-hidden': 'true' }, h('div', {}));
  #ask = h('p', { class: 'ask', role: 'status' });
  #people = h('ul', { class: 'people', 'aria-label': say('consolePartners') });
  #start = h('button', { type: 'button', class: 'button primary big', id: 'start' });
  #here = keyed('use-here', 'u', 'primary big');
  #take = keyed('take', 't', 'primary big');
  #cough = keyed('cough', 'c', 'big');
  #mute = keyed('mute', 'm');
  #release = keyed('release', 'a');
  #request = keyed('request', 'r');
  #stop = keyed('stop', 'x');
  #hand = keyed('hand-over', 'h');
  #partner = h('select', { class: 'input partner', id: 'partner' });
  /** @type {Shown | null} */
  #shown = null;

  /**
   * @param {HTMLElement} element is filled
   * @param {AirActions} on
   */
  constructor(element, on) {
    this.#element = element;
    this.#on = on;
    setText(this.#start, say('consoleStart'));
    setText(this.#here.words, say('consoleUseHere'));
    this.#of.setAttribute('aria-label', say('consoleTurnLength'));
    for (const minutes of TURN_MINUTES) {
      const words = say('consoleMinutes', { count: minutes, minutes: whole(minutes) });
      this.#of.append(h('option', { value: String(minutes) }, words));
    }
    this.#of.value = device.recall(MINUTES) ?? '30';
    if (this.#of.value === '') this.#of.value = '30';
    this.#of.addEventListener('change', () => device.remember(MINUTES, this.#of.value));
    this.#partner.setAttribute('aria-label', say('consolePartner'));
    this.#timer.append(this.#time, this.#of);
    element.append(
      h('div', { class: 'air-words' }, this.#headline, this.#detail, this.#timer, this.#bar),
      this.#ask,
      h(
        'div',
        { class: 'air-buttons' },
        this.#start,
        this.#here.button,
        this.#take.button,
        this.#cough.button,
        this.#mute.button,
        this.#release.button,
        this.#request.button,
        this.#stop.button,
        h('div', { class: 'hand-over' }, this.#partner, this.#hand.button),
      ),
      this.#people,
    );
    this.#start.addEventListener('click', () => on.start());
    this.#here.button.addEventListener('click', () => on.useHere());
    this.#take.button.addEventListener('click', () => this.take());
    this.#mute.button.addEventListener('click', () => this.mute());
    this.#release.button.addEventListener('click', () => on.command('release'));
    this.#request.button.addEventListener('click', () => this.request());
    this.#stop.button.addEventListener('click', () => this.stop());
    this.#hand.button.addEventListener('click', () => this.handOver());
    this.#holdToCough(this.#cough.button);
  }

  /** Have the channel at once. */
  take() {
    this.#on.command('take', { seen: this.#shown?.turn.interpreter ?? '' });
  }

  /** Mute the microphone, or open it. */
  mute() {
    this.#on.command(this.#shown?.turn.muted === true ? 'unmute' : 'mute');
  }

  /** Give the channel to the AI. */
  release() {
    this.#on.command('release');
  }

  /** Ask for the channel, or take that back. */
  request() {
    const asked = this.#shown !== null && this.#shown.turn.requested_by === this.#shown.me;
    this.#on.command(asked ? 'withdraw' : 'request');
  }

  /** Stop the countdown, or refuse what a partner asks. */
  stop() {
    this.#on.command(this.#shown?.turn.handover_to ? 'cancel' : 'withdraw');
  }

  /** Hand over to the partner who asks, or to the one that is chosen. */
  handOver() {
    const partner = this.#shown?.turn.requested_by || this.#partner.value;
    if (partner !== '') this.#on.command('hand_over', { partner });
  }

  /** @param {Shown} shown */
  show(shown) {
    this.#shown = shown;
    const { situation, turn, nowMs } = shown;
    const kind = shown.started ? situation.kind : 'start';
    this.#element.dataset.kind = kind;
    document.documentElement.dataset.air = kind;
    const [headline, detail] = shown.started ? wordsOf(situation, turn, shown.event) : startWords();
    setText(this.#headline, headline);
    setText(this.#detail, detail);
    const human = turn.interpreter !== '' && kind !== 'start';
    this.#timer.hidden = this.#bar.hidden = !human;
    const elapsedMs = nowMs - turn.since_ms;
    const minutes = Number(this.#of.value);
    setText(this.#time, minutesAndSeconds(elapsedMs));
    const part = Math.min(1, elapsedMs / (minutes * 60_000));
    const bar = this.#bar.firstElementChild;
    if (bar instanceof HTMLElement) bar.style.transform = `scaleX(${part.toFixed(3)})`;
    this.#bar.dataset.reminder = human ? reminder(elapsedMs, minutes) : '';
    this.#showAsk(shown, human ? reminder(elapsedMs, minutes) : '');
    this.#showButtons(shown);
  }

  /**
   * @param {Shown} shown
   * @param {'' | 'soon' | 'over'} due
   */
  #showAsk({ turn, me, partners, situation, nowMs, started }, due) {
    const name = (/** @type {string} */ id) => partners.find((one) => one.id === id)?.name ?? '';
    let words = '';
    if (started && turn.handover_to !== '') {
      const seconds = secondsLeft(turn.handover_at_ms, nowMs);
      const values = { name: name(turn.handover_to), seconds: whole(seconds) };
      words = say(turn.handover_to === me ? 'consoleCountdownYou' : 'consoleCountdown', values);
    } else if (turn.requested_by === me && me !== '') words = say('consoleYouAsked');
    else if (turn.requested_by !== '') words = say('consoleAsks', { name: name(turn.requested_by) });
    else if (due !== '' && situation.mine) words = say(due === 'soon' ? 'consoleSoon' : 'consoleDue');
    else if (due !== '') words = say('consolePartnerSoon', { name: turn.name });
    setText(this.#ask, words);
    this.#ask.dataset.strong = String(turn.handover_to !== '' || turn.requested_by !== '');
  }

  /** @param {Shown} shown */
  #showButtons({ started, situation, turn, me, partners }) {
    const { mine, kind } = situation;
    const elsewhere = kind === 'elsewhere';
    const usable = started && !elsewhere && kind !== 'offline' && kind !== 'over';
    const counting = turn.handover_to !== '';
    this.#start.hidden = started;
    this.#here.button.hidden = !started || !elsewhere;
    this.#take.button.hidden = !usable || mine;
    this.#cough.button.hidden = this.#mute.button.hidden = !started || !mine || elsewhere;
    this.#release.button.hidden = !usable || !mine;
    this.#request.button.hidden = !usable || mine || turn.interpreter === '' || counting;
    this.#stop.button.hidden = !usable || !(counting || (mine && turn.requested_by !== ''));
    const others = partners.filter(({ id }) => id !== turn.interpreter);
    const hand = this.#hand.button;
    hand.hidden = !usable || !mine || counting || others.length === 0;
    this.#partner.hidden = hand.hidden || others.length < 2;
    this.#listPartners(others);
    this.#showPeople(partners.filter(({ id }) => id !== me));
    const chosen = others.find(({ id }) => id === (turn.requested_by || this.#partner.value));
    setText(this.#hand.words, say('consoleHandOver', { name: chosen?.name ?? '' }));
    const from = turn.interpreter === '' ? say('consoleTake') : say('consoleTakeFrom', { name: turn.name });
    setText(this.#take.words, turn.handover_to === me && me !== '' ? say('consoleTakeNow') : from);
    setText(this.#cough.words, say('consoleCough'));
    setText(this.#mute.words, say(turn.muted ? 'consoleUnmute' : 'consoleMute'));
    this.#mute.button.setAttribute('aria-pressed', String(turn.muted));
    setText(this.#release.words, say('consoleRelease'));
    const asked = turn.requested_by === me && me !== '';
    setText(this.#request.words, say(asked ? 'consoleWithdraw' : 'consoleRequest'));
    hand.classList.toggle('wanted', turn.requested_by !== '');
    setText(this.#stop.words, say(counting ? 'consoleStop' : 'consoleKeep'));
  }

  /** @param {Partner[]} partners */
  #listPartners(partners) {
    const before = this.#partner.value;
    const words = partners.map(({ id, name, open }) => `${id} ${name} ${open}`).join();
    if (this.#partner.dataset.words === words) return;
    this.#partner.dataset.words = words;
    const options = partners.map(({ id, name, open }) =>
      h('option', { value: id }, open ? name : say('consoleClosedOf', { name })),
    );
    this.#partner.replaceChildren(...options);
    const open = partners.find((one) => one.open);
    this.#partner.value = partners.some(({ id }) => id === before) ? before : (open?.id ?? '');
    if (this.#partner.value === '') this.#partner.selectedIndex = 0;
  }

  /** @param {Partner[]} partners */
  #showPeople(partners) {
    const words = partners.map(({ id, open }) => `${id} ${open}`).join();
    this.#people.hidden = partners.length === 0;
    if (this.#people.dataset.words === words) return;
    this.#people.dataset.words = words;
    const people = partners.map(({ name, open }) =>
      h(
        'li',
        { class: 'status', 'data-status': open ? 'good' : 'idle' },
        h('span', { class: 'dot', 'aria-hidden': 'true' }),
        h('span', { dir: 'auto' }, open ? name : say('consoleClosedOf', { name })),
      ),
    );
    this.#people.replaceChildren(...people);
  }

  /** @param {HTMLButtonElement} button */
  #holdToCough(button) {
    const on = () => this.#on.cough(true);
    const off = () => this.#on.cough(false);
    button.addEventListener('pointerdown', on);
    for (const ended of ['pointerup', 'pointercancel', 'pointerleave', 'blur']) {
      button.addEventListener(ended, off);
    }
    button.addEventListener('keydown', (press) => {
      if ([' ', 'Enter'].includes(press.key) && !press.repeat) on();
    });
    button.addEventListener('keyup', (press) => {
      if ([' ', 'Enter'].includes(press.key)) off();
    });
  }
}

/** @returns {[string, string]} */
function startWords() {
  return [say('consoleReady'), say('consoleStartHelp')];
}

/**
 * @param {Situation} situation
 * @param {Turn} turn
 * @param {string} event its state
 * @returns {[headline: string, detail: string]}
 */
function wordsOf({ kind, heard, reason, mine }, { name }, event) {
  const listeners = heardWords(heard, name);
  switch (kind) {
    case 'offline':
      return [say('consoleOffline'), [listeners, say('consoleOfflineHelp')].join(' ').trim()];
    case 'over':
      return [say('consoleOver'), ''];
    case 'elsewhere':
      return [say('consoleElsewhere'), listeners];
    case 'waiting':
      return [mine ? say('consoleYours') : say('consoleAi'), waitingWords(event)];
    case 'on-air':
      return [say('consoleOnAir'), listeners || say('consoleNoBooth')];
    case 'muted':
      return [say('consoleMuted'), listeners];
    case 'cough':
      return [say('consoleCoughing'), listeners];
    case 'no-microphone':
      return [say('consoleMicrophoneLost'), [listeners, say('consoleOfflineHelp')].join(' ')];
    case 'unheard':
      return [
        say('consoleUnheard'),
        [listeners, say(reason === 'human_silent' ? 'consoleSilentHelp' : 'consoleUnheardHelp')].join(' '),
      ];
    case 'partner':
      return [say('consolePartnerOnAir', { name }), listeners || say('consoleNoBooth')];
    case 'ai':
      return [say('consoleAi'), listeners || say('consoleNoBooth')];
  }
}

/**
 * @param {Situation['heard']} heard
 * @param {string} name
 */
function heardWords(heard, name) {
  switch (heard) {
    case 'you':
      return say('consoleHeardYou');
    case 'partner':
      return say('consoleHeardPartner', { name });
    case 'ai':
      return say('consoleHeardAi');
    case 'original':
      return say('consoleHeardOriginal');
    case 'nothing':
      return say('consoleHeardNothing');
    default:
      return '';
  }
}

/** @param {string} event its state */
function waitingWords(event) {
  return say(event === 'paused' ? 'consolePaused' : 'consoleNotLive');
}
