/** The controls of the reader's settings, with a line that shows what they do. */
import { h } from '../shared/dom.js';
import { segments } from '../shared/segments.js';
import { highContrast, currentTheme, setHighContrast, setTheme } from '../shared/theme.js';
import { CHOICES, RANGES } from './settings.js';

/** @typedef {import('../i18n/localise.js').Strings} Strings */
/** @typedef {import('../shared/theme.js').Theme} Theme */
/** @typedef {import('./settings.js').ReadingSettings} ReadingSettings */

/**
 * @param {ReadingSettings} settings
 * @param {Strings} strings
 * @returns {HTMLElement}
 */
export function settingsPanel(settings, strings) {
  const panel = h('div', { class: 'reading-settings' });
  const build = () => panel.replaceChildren(...controls(settings, strings, reset));
  const reset = () => {
    settings.reset();
    setTheme('system');
    setHighContrast(null);
    build();
    panel.querySelector('button')?.focus();
  };
  build();
  return panel;
}

/**
 * @param {ReadingSettings} settings
 * @param {Strings} strings
 * @param {() => void} reset
 */
function controls(settings, strings, reset) {
  /** @type {Record<string, string>} */
  const fonts = {
    system: strings.fontSystem,
    serif: strings.fontSerif,
    atkinson: 'Atkinson Hyperlegible',
    lexend: 'Lexend',
    opendyslexic: 'OpenDyslexic',
  };
  /** @type {[Theme, string][]} */
  const themes = [
    ['system', strings.system],
    ['light', strings.light],
    ['dark', strings.dark],
    ['bright-hall', strings.brightHall],
    ['dark-hall', strings.darkHall],
  ];
  return [
    h('p', { class: 'sample captions', 'aria-hidden': 'true' }, strings.sampleText),
    range(settings, 'text-size', strings.textSize),
    range(settings, 'line-spacing', strings.lineSpacing),
    segments(
      strings.textWidth,
      'text-width',
      [
        ['narrow', strings.narrow],
        ['medium', strings.medium],
        ['wide', strings.wide],
      ],
      settings.get('text-width'),
      (value) => settings.choose('text-width', value),
    ),
    segments(
      strings.font,
      'font',
      CHOICES.font.map((font) => [font, fonts[font] ?? font]),
      settings.get('font'),
      (value) => settings.choose('font', value),
    ),
    segments(strings.appearance, 'theme', themes, currentTheme(), (value) =>
      setTheme(/** @type {Theme} */ (value)),
    ),
    check('high-contrast', strings.highContrast, highContrast(), setHighContrast),
    segments(
      strings.pace,
      'pace',
      [
        ['words', strings.paceWords],
        ['lines', strings.paceLines],
      ],
      settings.get('pace'),
      (value) => settings.choose('pace', value),
    ),
    check('speak-captions', strings.speakCaptions, settings.get('speak-captions') === 'yes', (on) =>
      settings.choose('speak-captions', on ? 'yes' : 'no'),
    ),
    h('p', { class: 'soft' }, strings.quoteHint),
    h('button', { type: 'button', class: 'button', onclick: reset }, strings.resetReading),
  ];
}

/**
 * A slider in per cent.
 *
 * @param {ReadingSettings} settings
 * @param {import('./settings.js').RangeName} name
 * @param {string} label
 */
function range(settings, name, label) {
  const { min, max, step } = RANGES[name];
  const value = settings.get(name);
  const slider = h('input', { id: name, type: 'range', min, max, step, value });
  const shown = h('output', { class: 'soft', 'aria-hidden': 'true' });
  const show = () => {
    shown.textContent = `${slider.value} %`;
    slider.setAttribute('aria-valuetext', `${slider.value} %`);
  };
  slider.addEventListener('input', () => {
    settings.choose(name, slider.value);
    show();
  });
  show();
  return h(
    'div',
    { class: 'range' },
    h('label', { class: 'field', htmlFor: name }, label),
    shown,
    slider,
  );
}

/**
 * @param {string} id
 * @param {string} label
 * @param {boolean} checked
 * @param {(on: boolean) => void} choose
 */
function check(id, label, checked, choose) {
  const box = h('input', { id, type: 'checkbox', checked, onchange: () => choose(box.checked) });
  return h('label', { class: 'check' }, box, h('span', {}, label));
}
