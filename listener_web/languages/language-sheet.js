/**
 * The sheet in which languages are chosen: what is heard, what is read, and a second one to read. It
 * also has what belongs to hearing: the volume and the level of the original.
 */
import { h } from '../shared/dom.js';
import { FLOOR_LEVELS, channelAt, choose, link, targetsOf } from './choice.js';

/** @typedef {import('../i18n/localise.js').Strings} Strings */
/** @typedef {import('./choice.js').Channel} Channel */
/** @typedef {import('./choice.js').Choice} Choice */
/** @typedef {import('./choice.js').Target} Target */

/** @type {Record<Target, 'hearAndRead' | 'hear' | 'read' | 'alsoRead'>} */
const TARGET_NAMES = { both: 'hearAndRead', hear: 'hear', read: 'read', second: 'alsoRead' };
/** @type {Record<import('./choice.js').FloorLevel, 'floorOff' | 'floorQuiet' | 'floorEven'>} */
const LEVEL_NAMES = { off: 'floorOff', quiet: 'floorQuiet', even: 'floorEven' };

/** Fires `change` when `choice` has changed, and `volume` when `volume` has. */
export class LanguageSheet extends EventTarget {
  /** What has been chosen. @type {Choice} */
  choice;
  /** 0 to 100, as perceived. */
  volume;
  #strings;
  /** @type {Target} */
  #target = 'both';
  #list;
  /** @type {HTMLDialogElement} */
  #dialog;
  #targets = h('fieldset', { class: 'targets' });
  /** @type {HTMLInputElement} */
  #linked;
  /** @type {HTMLInputElement} */
  #captionsOnly;
  #sound = h('div', { class: 'sheet-sound' });
  #slider;

  /**
   * @param {Choice} choice
   * @param {import('./language-list.js').LanguageList} list
   * @param {number} volume 0 to 100
   * @param {Strings} strings
   */
  constructor(choice, list, volume, strings) {
    super();
    this.choice = choice;
    this.volume = volume;
    this.#list = list;
    this.#strings = strings;
    this.#linked = check('linked', () => this.#take(link(this.choice, this.#linked.checked)));
    this.#captionsOnly = check('captions-only', () =>
      this.#take({ ...this.choice, captionsOnly: this.#captionsOnly.checked }),
    );
    this.#slider = h('input', { id: 'volume', type: 'range', min: '0', max: '100' });
    this.#slider.addEventListener('input', () => {
      this.volume = Number(this.#slider.value);
      this.dispatchEvent(new Event('volume'));
    });
    list.addEventListener('choose', () => this.#chooseChannel(list.chosen));
    this.#dialog = this.#built();
    document.body.append(this.#dialog);
  }

  get isOpen() {
    return this.#dialog.open;
  }

  /**
   * Open with a choice that may have been changed elsewhere.
   *
   * @param {Choice} choice
   * @param {string | undefined} spoken what the speaker speaks, a tag
   */
  open(choice, spoken) {
    this.choice = choice;
    this.#target = targetsOf(choice)[0] ?? 'both';
    this.#slider.value = String(this.volume);
    this.#list.spoken = spoken;
    this.#list.clearSearch();
    this.#show();
    this.#dialog.showModal();
    this.#list.focusChosen();
  }

  /** @param {string | undefined} spoken what the speaker speaks, a tag, if it is known */
  speakerSpeaks(spoken) {
    this.#list.spoken = spoken;
    this.#show();
  }

  /** Leave the page: another sheet takes its place. */
  remove() {
    this.#dialog.remove();
  }

  #built() {
    const strings = this.#strings;
    const title = h('h2', { id: 'sheet-title' }, strings.languages);
    const close = h('button', { class: 'icon-button close', type: 'button', 'aria-label': strings.close });
    close.addEventListener('click', () => this.#dialog.close());
    const body = h(
      'div',
      { class: 'sheet-body' },
      h('label', { class: 'check' }, this.#linked, h('span', {}, strings.sameLanguage)),
      h('label', { class: 'check' }, this.#captionsOnly, h('span', {}, strings.captionsOnlyLong)),
      ...this.#list.elements,
    );
    this.#sound.append(this.#levels(), this.#volume());
    const head = h('div', { class: 'sheet-head' }, title, close);
    const dialog = h(
      'dialog',
      { id: 'languages', class: 'sheet', 'aria-labelledby': 'sheet-title' },
      h('div', { class: 'sheet-content' }, head, this.#targets, body, this.#sound),
    );
    dialog.addEventListener('click', ({ target }) => {
      // Its content covers the dialog, so this is a tap outside it.
      if (target === dialog) dialog.close();
    });
    return dialog;
  }

  #levels() {
    const options = FLOOR_LEVELS.map((level) => {
      const onchange = () => this.#take({ ...this.choice, floorLevel: level });
      const input = h('input', { type: 'radio', name: 'floor-level', value: level, onchange });
      return h('label', {}, input, h('span', {}, this.#strings[LEVEL_NAMES[level]]));
    });
    const legend = h('legend', {}, this.#strings.floorLevel);
    return h('fieldset', { class: 'segments', id: 'floor-levels' }, legend, ...options);
  }

  #volume() {
    const label = h('label', { class: 'field', htmlFor: 'volume' }, this.#strings.volume);
    return h('div', { class: 'volume-row' }, label, this.#slider);
  }

  /** @param {Channel | null} channel */
  #chooseChannel(channel) {
    const isOnlyChoice = this.#target === 'both';
    this.#take(choose(this.choice, this.#target, channel));
    if (isOnlyChoice) this.#dialog.close();
  }

  /** @param {Choice} choice */
  #take(choice) {
    this.choice = choice;
    this.#show();
    this.dispatchEvent(new Event('change'));
  }

  #show() {
    const { linked, captionsOnly, floorLevel, read } = this.choice;
    const targets = targetsOf(this.choice);
    if (!targets.includes(this.#target)) this.#target = targets[0] ?? 'read';
    this.#showTargets(targets);
    this.#linked.checked = linked;
    this.#captionsOnly.checked = captionsOnly;
    this.#linked.parentElement?.toggleAttribute('hidden', captionsOnly);
    for (const input of this.#sound.querySelectorAll('input')) {
      if (input.name === 'floor-level') input.checked = input.value === floorLevel;
    }
    this.#sound.hidden = captionsOnly;
    const isSecond = this.#target === 'second';
    const chosen = channelAt(this.choice, this.#target);
    this.#list.show(chosen, { withNone: isSecond, without: isSecond ? read : null });
  }

  /** @param {Target[]} targets */
  #showTargets(targets) {
    const hadFocus = this.#targets.contains(document.activeElement);
    const legend = h('legend', { class: 'visually-hidden' }, this.#strings.languages);
    const options = targets.map((target) => {
      const input = h('input', {
        type: 'radio',
        name: 'target',
        value: target,
        checked: target === this.#target,
        onchange: () => {
          this.#target = target;
          this.#show();
        },
      });
      const channel = channelAt(this.choice, target);
      const value = channel === null ? this.#strings.none : this.#list.nameOf(channel);
      const title = h('small', {}, this.#strings[TARGET_NAMES[target]]);
      return h('label', {}, input, h('span', {}, title, ' ', h('b', {}, value)));
    });
    this.#targets.replaceChildren(legend, ...options);
    const chosen = this.#targets.querySelector('input:checked');
    if (hadFocus && chosen instanceof HTMLElement) chosen.focus();
  }
}

/**
 * A checkbox.
 *
 * @param {string} id
 * @param {() => void} onchange
 */
function check(id, onchange) {
  return h('input', { id, type: 'checkbox', onchange });
}
