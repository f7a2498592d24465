/** One event on the desk: its state, its links and what is measured. */
import { getJson, sendJson } from '../shared/api.js';
import { channelRows, channelTable } from './channel-table.js';
import { CostLine } from './cost-line.js';
import { downloadsChoice } from './downloads-choice.js';
import { JoinOptions } from './join-options.js';
import { StereoChoice } from './stereo-choice.js';
import { byId, h, setText } from '../shared/dom.js';
import { judge, showLevel } from '../shared/level.js';

/** @typedef {import('./api-types.js').DeskEvent} DeskEvent */
/** @typedef {import('./api-types.js').EventState} EventState */
/** @typedef {import('./api-types.js').FloorStatus} FloorStatus */

const COPIED_MS = 1_500;
const languageNames = new Intl.DisplayNames('en', { type: 'language' });

/** States in words, each with the look of its status and the next step. */
const STATES = {
  draft: { word: 'Draft', look: 'idle', step: { to: 'open', word: 'Open' } },
  open: { word: 'Open, not live yet', look: 'idle', step: { to: 'live', word: 'Go live' } },
  live: { word: 'Live', look: 'live', step: { to: 'paused', word: 'Pause' } },
  paused: { word: 'Paused', look: 'connecting', step: { to: 'live', word: 'Resume' } },
  closed: { word: 'Closed', look: 'idle', step: null },
};

export class EventCard {
  /** The card itself. */
  element = h('section', { class: 'event card' });
  #event;
  #fail;
  #state = h('p', { class: 'status', role: 'status' });
  #stepButton = h('button', { type: 'button', class: 'button primary step' });
  #closeButton = h('button', { type: 'button', class: 'button danger close' }, 'Close');
  #floorWords = h('p', { class: 'status floor-words' });
  #meter = h(
    'div',
    {
      class: 'meter',
      role: 'meter',
      'aria-label': 'Floor level in dBFS',
      'aria-valuemin': '-60',
      'aria-valuemax': '0',
      'aria-valuenow': '-60',
    },
    h('div', { class: 'meter-bar' }),
  );
  #warnings = h('div', { class: 'warnings', role: 'status' });
  #table = channelTable();
  #cost;
  #stereo;
  #measured;

  /**
   * @param {DeskEvent} event
   * @param {(error: unknown) => void} fail shows what went wrong
   */
  constructor(event, fail) {
    this.#event = event;
    this.#fail = fail;
    this.element.dataset.event = event.id;
    const path = `/api/events/${encodeURIComponent(event.id)}`;
    this.#cost = new CostLine(path, fail);
    this.#stereo = new StereoChoice(path, event.stereo_input, fail);
    this.#stepButton.addEventListener('click', () => {
      const step = STATES[this.#event.state].step;
      if (step) void this.#moveTo(/** @type {EventState} */ (step.to));
    });
    this.#closeButton.addEventListener('click', () => void this.#confirmClose());
    this.#measured = h(
      'div',
      { class: 'measured' },
      h('div', { class: 'floor' }, this.#floorWords, this.#meter),
      this.#stereo.element,
      this.#table,
      this.#cost.element,
    );
    const name = h(
      'div',
      { class: 'event-name' },
      h('h2', { dir: 'auto' }, event.title),
      this.#state,
    );
    const steps = h('div', { class: 'row' }, this.#stepButton, this.#closeButton);
    const links = h(
      'div',
      { class: 'links' },
      this.#link('Attendees', 'attendee'),
      this.#link('Speaker', 'stage'),
    );
    const head = h('div', { class: 'event-head' }, name, steps);
    const downloads = downloadsChoice(path, event.downloads, fail);
    const join = new JoinOptions(path, event, fail);
    this.element.append(head, this.#warnings, links, downloads, join.element, this.#measured);
    this.#showState();
  }

  /** Read and show what is measured now. */
  async refresh() {
    if (this.#event.state === 'closed') return;
    const path = `/api/events/${encodeURIComponent(this.#event.id)}/status`;
    /** @type {import('./api-types.js').EventStatus} */
    const status = await getJson(path);
    if (status.state !== this.#event.state) {
      this.#event = { ...this.#event, state: status.state };
      this.#showState();
    }
    this.#showFloor(status.floor);
    const rows = channelRows(status.channels, this.#event.languages);
    this.#table.tBodies[0]?.replaceChildren(...rows);
    this.#cost.show(status);
  }

  #showState() {
    const { word, look, step } = STATES[this.#event.state];
    this.element.dataset.state = this.#event.state;
    this.#state.dataset.status = look;
    this.#state.replaceChildren(h('span', { class: 'dot', 'aria-hidden': 'true' }), word);
    this.#stepButton.hidden = step === null;
    setText(this.#stepButton, step?.word ?? '');
    this.#closeButton.hidden = this.#event.state === 'closed';
    this.#measured.hidden = this.#event.state === 'closed';
    this.#warnings.hidden = this.#event.state === 'closed';
    const warnings = this.#event.warnings.map(({ message, hint }) =>
      h('p', { class: 'notice', 'data-tone': 'warn' }, `${message} ${hint}`),
    );
    this.#warnings.replaceChildren(...warnings);
  }

  /** @param {FloorStatus | null} floor */
  #showFloor(floor) {
    const { words, look } = describeFloor(floor);
    this.#floorWords.dataset.status = look;
    this.#floorWords.replaceChildren(h('span', { class: 'dot', 'aria-hidden': 'true' }), words);
    const level = floor?.publisher ? floor.level_dbfs : -100;
    showLevel(this.#meter, level, judge(level, floor?.clipping ? 0 : -100));
    this.#stereo.show(floor);
  }

  /**
   * @param {string} title
   * @param {'attendee' | 'stage'} kind
   */
  #link(title, kind) {
    const url = this.#event.links[kind];
    const image = `/api/events/${encodeURIComponent(this.#event.id)}/qr/${kind}.svg`;
    const alt = `QR code of the link for ${title.toLowerCase()}`;
    const copy = h(
      'button',
      { type: 'button', class: 'button copy', 'data-link': kind },
      'Copy link',
    );
    copy.addEventListener('click', () => void this.#copy(copy, url));
    return h(
      'div',
      { class: 'link' },
      h(
        'a',
        { class: 'link-qr', href: image, target: '_blank', rel: 'noopener' },
        h('img', { src: image, alt, loading: 'lazy', width: 88, height: 88 }),
      ),
      h(
        'div',
        { class: 'link-text' },
        h('strong', {}, title),
        h('a', { href: url, target: '_blank', rel: 'noopener' }, url.replace(/#.*/, '')),
        ...(kind === 'attendee' ? this.#code(url) : []),
        h('div', { class: 'row' }, copy, ...(kind === 'attendee' ? [this.#poster()] : [])),
      ),
    );
  }

  #poster() {
    const href = `/desk/poster/${encodeURIComponent(this.#event.id)}`;
    return h('a', { class: 'button', href }, 'Poster');
  }

  /**
   * The other way to the event, for people who cannot scan.
   *
   * @param {string} url
   */
  #code(url) {
    const { code } = this.#event;
    if (code === '') return [];
    const host = h('strong', {}, new URL(url).host);
    const spoken = h('strong', { class: 'code' }, `${code.slice(0, 3)} ${code.slice(3)}`);
    return [h('p', { class: 'link-code' }, 'or go to ', host, ' and type ', spoken)];
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {string} url
   */
  async #copy(button, url) {
    try {
      await navigator.clipboard.writeText(url);
      setText(button, 'Copied');
      setTimeout(() => setText(button, 'Copy link'), COPIED_MS);
    } catch {
      // Over plain http there is no clipboard: offer the text itself.
      prompt('Copy this link', url);
    }
  }

  async #confirmClose() {
    const dialog = byId('confirm', HTMLDialogElement);
    dialog.returnValue = 'keep';
    dialog.showModal();
    await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
    if (dialog.returnValue === 'close') await this.#moveTo('closed');
  }

  /** @param {EventState} state */
  async #moveTo(state) {
    this.#stepButton.disabled = true;
    try {
      const path = `/api/events/${encodeURIComponent(this.#event.id)}`;
      this.#event = await sendJson('PATCH', path, { state });
      this.#showState();
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#stepButton.disabled = false;
    }
  }
}

/** @param {FloorStatus | null} floor */
function describeFloor(floor) {
  if (floor === null) return { words: 'No floor process reports', look: 'failed' };
  if (!floor.publisher) return { words: 'No speaker connected', look: 'idle' };
  if (floor.error === 'undecodable_audio') return { words: floor.reason, look: 'failed' };
  const level = `${Math.round(floor.level_dbfs)} dBFS`;
  if (floor.clipping) return { words: `Speaker too loud, ${level}`, look: 'failed' };
  if (floor.silent_ms >= 2_000) {
    return { words: `Silent for ${Math.round(floor.silent_ms / 1000)} s`, look: 'connecting' };
  }
  const spoken = floor.language ? `, ${languageNames.of(floor.language)}` : '';
  return { words: `Speaker connected, ${level}${spoken}`, look: 'good' };
}
