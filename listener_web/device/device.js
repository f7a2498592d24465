/**
 * The part of the page that deals with the phone around it: the screen, the pocket, the browser's memory.
 * A page loads this some seconds after its captions.
 *
 * Related modules: `screen-on.js` decides whether the screen stays on, `screen-off.js` offers to play on
 * without it. `page-life.js` notices a page that is forgotten, and `installation.js` tells the browser what it
 * may keep. `interruption.js` belongs to the player.
 */
import { Asking } from '../shared/asking.js';
import { byId } from '../shared/dom.js';
import { device } from '../shared/storage.js';
import { keepScreenOn } from '../shared/wake.js';
import { colourBrowser } from './browser-colour.js';
import { offerToBrowser } from './installation.js';
import { PageLife } from './page-life.js';
import { ScreenOffOffer } from './screen-off.js';
import { needsScreen } from './screen-on.js';

/** @typedef {{pause: () => void, resume: () => void}} Receiving */

export class Device {
  #sound;
  #offer;
  #screen = byId('keep-screen-on', HTMLInputElement);
  #locked = byId('locked-screen', HTMLInputElement);
  #status = '';
  #wasWanted = false;
  #stopped = false;

  /**
   * @param {object} page
   * @param {import('../i18n/localise.js').Strings} page.strings
   * @param {import('../attendee/sound.js').Sound} page.sound
   * @param {import('../questions/questions.js').Questions} page.questions
   * @param {string} page.base the event's address
   * @param {Receiving[]} page.captions what receives captions
   * @param {import('../shared/reachable.js').Reachable} page.network
   */
  constructor({ strings, sound, questions, base, captions, network }) {
    this.#sound = sound;
    network.askBy(new Asking());
    const prepare = () => sound.prepareLocked();
    this.#offer = new ScreenOffOffer(strings, questions, {
      asking: prepare,
      accept: () => this.#locked.click(),
    });
    byId('settings-button', HTMLButtonElement).addEventListener('click', prepare);
    this.#setUpScreen();
    new PageLife({
      plays: () => sound.wanted,
      forgotten: () => captions.forEach((one) => one.pause()),
      seen: () => captions.forEach((one) => one.resume()),
    });
    colourBrowser();
    offerToBrowser(base);
  }

  /** @param {string} status of the page */
  update(status) {
    const { wanted, state, playsLocked } = this.#sound;
    if (wanted !== this.#wasWanted) this.#stopped = !wanted;
    this.#wasWanted = wanted;
    this.#status = status;
    const answered = playsLocked || this.#locked.checked;
    this.#offer.update({ wanted, playing: state === 'playing', answered });
    this.#updateScreen();
  }

  #setUpScreen() {
    this.#screen.checked = device.recall('keep-screen-on') !== 'no';
    this.#screen.disabled = false;
    this.#screen.addEventListener('change', () => {
      device.remember('keep-screen-on', this.#screen.checked ? 'yes' : 'no');
      this.#updateScreen();
    });
    byId('panes', HTMLElement).addEventListener('pointerdown', () => {
      this.#stopped = false;
      this.#updateScreen();
    });
  }

  #updateScreen() {
    const { wanted, playsLocked } = this.#sound;
    const attention = { soundWanted: wanted, playsLocked, stopped: this.#stopped };
    keepScreenOn(needsScreen({ allowed: this.#screen.checked, status: this.#status, ...attention }));
  }
}
