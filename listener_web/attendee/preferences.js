/** The panel of the attendee's own settings, and those of the sound. */
import { byId } from '../shared/dom.js';
import { device } from '../shared/storage.js';

/**
 * Restore the settings that were chosen before, and apply each change of a control.
 *
 * @param {import('./sound.js').Sound} sound
 */
export function setUpPreferences(sound) {
  setUpPanel();
  setUpSwitch('locked-screen', () => sound.chooseTransport());
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
    panel.scrollTop = 0;
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
