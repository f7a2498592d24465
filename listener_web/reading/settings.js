/**
 * The reader's settings of the captions: kept on this device, and shown by custom properties and data
 * attributes that `reading.css` knows. Any page that shows captions can use them.
 */
import { device } from '../shared/storage.js';

/** Each with its values, the standard one first. */
export const CHOICES = {
  font: ['system', 'serif', 'atkinson', 'lexend', 'opendyslexic'],
  'text-width': ['medium', 'narrow', 'wide'],
  pace: ['words', 'lines'],
  'speak-captions': ['no', 'yes'],
};

/** In per cent of the standard, 100. */
export const RANGES = {
  'text-size': { min: 70, max: 200, step: 10 },
  'line-spacing': { min: 80, max: 160, step: 10 },
};

/** @typedef {keyof typeof CHOICES} ChoiceName */
/** @typedef {keyof typeof RANGES} RangeName */
/** @typedef {ChoiceName | RangeName} SettingName */

/** Fonts that the server has. The others are on the device. */
const SERVED = new Set(['atkinson', 'lexend', 'opendyslexic']);

/** Dispatches `change` with the setting's name as `detail`. */
export class ReadingSettings extends EventTarget {
  #storage;
  /** @type {Map<SettingName, string>} */
  #values = new Map();

  /** @param {{recall: (key: string) => string | null, remember: (key: string, value: string) => void}} storage */
  constructor(storage = device) {
    super();
    this.#storage = storage;
    for (const name of names()) this.#values.set(name, valid(name, storage.recall(name)));
  }

  /** @param {SettingName} name */
  get(name) {
    return this.#values.get(name) ?? standard(name);
  }

  /**
   * Choose a value and keep it. One that the setting does not have becomes the standard.
   *
   * @param {SettingName} name
   * @param {string} value
   */
  choose(name, value) {
    const chosen = valid(name, value);
    if (chosen === this.get(name)) return;
    this.#values.set(name, chosen);
    this.#storage.remember(name, chosen);
    this.dispatchEvent(new CustomEvent('change', { detail: name }));
  }

  /** Choose the standard of every setting. */
  reset() {
    for (const name of names()) this.choose(name, standard(name));
  }
}

/**
 * Show the settings on a part of the page, now and whenever they change.
 *
 * @param {HTMLElement} part contains the captions
 * @param {ReadingSettings} settings
 */
export function applySettings(part, settings) {
  const apply = () => {
    part.style.setProperty('--caption-scale', String(Number(settings.get('text-size')) / 100));
    part.style.setProperty('--line-scale', String(Number(settings.get('line-spacing')) / 100));
    part.dataset.font = settings.get('font');
    part.dataset.textWidth = settings.get('text-width');
    if (SERVED.has(settings.get('font'))) loadStyle(new URL('../reading/fonts.css', import.meta.url));
  };
  settings.addEventListener('change', apply);
  apply();
}

/**
 * Load a style sheet once.
 *
 * @param {URL} address
 */
export function loadStyle({ pathname }) {
  if (document.head.querySelector(`link[href="${pathname}"]`)) return;
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = pathname;
  // One that did not come is asked for again the next time.
  link.addEventListener('error', () => link.remove());
  document.head.append(link);
}

function names() {
  return /** @type {SettingName[]} */ ([...Object.keys(RANGES), ...Object.keys(CHOICES)]);
}

/** @param {SettingName} name */
function standard(name) {
  return name in RANGES ? '100' : /** @type {string} */ (CHOICES[/** @type {ChoiceName} */ (name)][0]);
}

/**
 * @param {SettingName} name
 * @param {string | null} value
 */
function valid(name, value) {
  const known =
    name in RANGES
      ? inRange(Number(value ?? NaN), RANGES[/** @type {RangeName} */ (name)])
      : CHOICES[/** @type {ChoiceName} */ (name)].includes(value ?? '');
  return known && value !== null ? value : standard(name);
}

/**
 * @param {number} number
 * @param {{min: number, max: number}} range
 */
function inRange(number, { min, max }) {
  return number >= min && number <= max;
}
