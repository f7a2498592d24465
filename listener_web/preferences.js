/** The attendee's own settings: text size, appearance, volume, original under the voice, spoken captions. */
import { byId } from './dom.js';
import { device } from './store.js';
import { currentTheme, setTheme } from './theme.js';

/**
 * Restore what was chosen before and follow the controls.
 *
 * @param {import('./player.js').Player} player
 * @param {import('./caption-view.js').CaptionView} view
 */
export function setUpPreferences(player, view) {
  setUpPanel();
  setUpTextSize(view);
  setUpTheme();
  const volume = byId('volume', HTMLInputElement);
  volume.value = device.recall('volume') ?? volume.value;
  const apply = () => (player.volume = Number(volume.value) / 100);
  volume.addEventListener('input', apply);
  volume.addEventListener('change', () => device.remember('volume', volume.value));
  apply();
  const withFloor = byId('with-floor', HTMLInputElement);
  withFloor.checked = device.recall('with-floor') === 'yes';
  withFloor.addEventListener('change', () => {
    device.remember('with-floor', withFloor.checked ? 'yes' : 'no');
    player.reopen();
  });
  const speak = byId('speak-captions', HTMLInputElement);
  speak.addEventListener('change', () => (view.announces = speak.checked));
}

/** A disclosure that a tap elsewhere or Escape closes. */
function setUpPanel() {
  const button = byId('settings-button', HTMLButtonElement);
  const panel = byId('settings', HTMLElement);
  /** @param {boolean} open */
  const show = (open) => {
    panel.hidden = !open;
    button.setAttribute('aria-expanded', String(open));
  };
  button.addEventListener('click', () => show(Boolean(panel.hidden)));
  document.addEventListener('pointerdown', ({ target }) => {
    if (target instanceof Node && !panel.contains(target) && !button.contains(target)) show(false);
  });
  document.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || panel.hidden) return;
    show(false);
    button.focus();
  });
}

/** @param {import('./caption-view.js').CaptionView} view */
function setUpTextSize(view) {
  const slider = byId('text-size', HTMLInputElement);
  slider.value = device.recall('text-size') ?? slider.value;
  const apply = () => {
    document.body.style.setProperty('--caption-scale', String(Number(slider.value) / 100));
    slider.setAttribute('aria-valuetext', `${slider.value} %`);
    view.showNewest();
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
      setTheme(/** @type {import('./theme.js').Theme} */ (input.value));
    });
  }
}
