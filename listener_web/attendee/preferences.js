/** The attendee's own settings: how the page looks and sounds. */
import { byId } from '../shared/dom.js';
import { device } from '../shared/storage.js';
import { currentTheme, setTheme } from '../shared/theme.js';

/**
 * Restore the settings that were chosen before, and apply each change of a control.
 *
 * @param {import('./sound.js').Sound} sound
 * @param {import('../captions/caption-view.js').CaptionView} view
 * @param {() => void} showNewest go to the newest caption everywhere: the text has another size
 */
export function setUpPreferences(sound, view, showNewest) {
  setUpPanel();
  setUpTextSize(showNewest);
  setUpTheme();
  setUpSwitch('locked-screen', () => sound.chooseTransport());
  const speak = byId('speak-captions', HTMLInputElement);
  speak.addEventListener('change', () => (view.announces = speak.checked));
}

/**
 * A checkbox whose state is kept on this device.
 *
 * @param {string} id
 * @param {() => void} onChange
 */
function setUpSwitch(id, onChange) {
  const box = byId(id, HTMLInputElement);
  box.checked = device.recall(id) === 'yes';
  box.addEventListener('change', () => {
    device.remember(id, box.checked ? 'yes' : 'no');
    onChange();
  });
}

/** The panel of settings; a tap outside it, the Escape key and leaving it by Tab close it. */
function setUpPanel() {
  const button = byId('settings-button', HTMLButtonElement);
  const panel = byId('settings', HTMLElement);
  /** @param {boolean} open */
  const show = (open) => {
    panel.hidden = !open;
    button.setAttribute('aria-expanded', String(open));
  };
  button.addEventListener('click', () => show(Boolean(panel.hidden)));
  /** @param {EventTarget | null} target */
  const isOutside = (target) =>
    target instanceof Node && !panel.contains(target) && !button.contains(target);
  document.addEventListener('pointerdown', ({ target }) => isOutside(target) && show(false));
  panel.addEventListener('focusout', ({ relatedTarget }) => {
    if (isOutside(relatedTarget)) show(false);
  });
  document.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || panel.hidden) return;
    show(false);
    button.focus();
  });
}

/** @param {() => void} showNewest */
function setUpTextSize(showNewest) {
  const slider = byId('text-size', HTMLInputElement);
  slider.value = device.recall('text-size') ?? slider.value;
  const apply = () => {
    document.body.style.setProperty('--caption-scale', String(Number(slider.value) / 100));
    slider.setAttribute('aria-valuetext', `${slider.value} %`);
    showNewest();
  };
  slider.addEventListener('input', apply);
  slider.addEventListener('change', () => device.remember('text-size', slider.value));
  apply();
}

function setUpTheme() {
  for (const input of document.querySelectorAll('input[name=theme]')) {
    if (!(input instanceof HTMLInputElement)) continue;
    input.checked = input.value === currentTheme();
    input.addEventListener('change', () => {
      setTheme(/** @type {import('../shared/theme.js').Theme} */ (input.value));
    });
  }
}
