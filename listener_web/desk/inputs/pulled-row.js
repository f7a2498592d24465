/** The main or the backup input of an event, fetched from an address: its state and its buttons. */
import { send, sendJson } from '../../shared/api.js';
import { h, setText } from '../../shared/dom.js';
import { judge, levelMeter, showLevel } from '../../shared/level.js';
import { say } from '../../i18n/say.js';
import { PULLED_LOOKS, ROLES, pulledWords } from './pulled-words.js';

/** @typedef {import('./pulled-words.js').PulledInput} PulledInput */

export class PulledRow {
  element = h('li', { class: 'pulled' });
  #path;
  #name;
  #tell;
  #on = false;
  #place = h('span', { class: 'soft', dir: 'ltr' });
  #words = h('span');
  #state = h(
    'p',
    { class: 'status', role: 'status' },
    h('span', { class: 'dot', 'aria-hidden': 'true' }),
    this.#words,
  );
  #meter = levelMeter(say('floorLevel'));
  #switch = h('button', { type: 'button', class: 'button small', 'data-needs': 'control_event' });
  #remove = h(
    'button',
    { type: 'button', class: 'button small danger', 'data-needs': 'edit_event' },
    say('outputRemove'),
  );
  #now = h('div', { class: 'pulled-now', hidden: true });
  #address = h('input', {
    class: 'input',
    name: 'address',
    dir: 'ltr',
    maxLength: 2000,
    required: true,
    autocomplete: 'off',
    spellcheck: false,
    placeholder: 'srt://10.0.0.20:9000',
  });
  #form = h('form', { class: 'pulled-form', autocomplete: 'off', 'data-needs': 'edit_event' });

  /**
   * @param {keyof typeof ROLES} role
   * @param {string} path of the pulled inputs in the API
   * @param {(error: unknown) => void} tell shows what went wrong, or that nothing did
   */
  constructor(role, path, tell) {
    this.#path = `${path}/${role}`;
    this.#name = say(ROLES[role]);
    this.#tell = tell;
    this.element.dataset.role = role;
    this.#remove.setAttribute('aria-label', `${say('outputRemove')}: ${this.#name}`);
    const start = h('button', { type: 'submit', class: 'button small' }, say('pulledStart'));
    start.setAttribute('aria-label', `${say('pulledStart')}: ${this.#name}`);
    const label = h('label', { class: 'field' }, `${this.#name}: ${say('outputAddress')}`, this.#address);
    this.#form.append(label, start);
    this.#now.append(
      h('p', { class: 'output-what' }, h('strong', {}, this.#name), this.#place),
      this.#state,
      this.#meter,
      h('div', { class: 'row' }, this.#switch, this.#remove),
    );
    this.element.append(this.#now, this.#form);
    this.#form.addEventListener('submit', (submit) => {
      submit.preventDefault();
      void this.#try(() => this.#start());
    });
    this.#switch.addEventListener('click', () => {
      void this.#try(() => sendJson('PATCH', this.#path, { on: !this.#on }));
    });
    this.#remove.addEventListener('click', () => {
      void this.#try(() => send(this.#path, { method: 'DELETE' }));
    });
  }

  /** @param {PulledInput | undefined} pulled as it is now; undefined without an address */
  show(pulled) {
    const focused = document.activeElement;
    const leaves = (pulled === undefined ? this.#now : this.#form).contains(focused);
    this.#now.hidden = pulled === undefined;
    this.#form.hidden = pulled !== undefined;
    if (leaves) (pulled === undefined ? this.#address : this.#switch).focus();
    if (pulled === undefined) return;
    this.#on = pulled.state !== 'off';
    this.element.dataset.state = pulled.state;
    this.#state.dataset.status = PULLED_LOOKS[pulled.state];
    setText(this.#place, pulled.place);
    setText(this.#words, pulledWords(pulled));
    const key = this.#on ? 'pulledStop' : 'pulledStart';
    setText(this.#switch, say(key));
    this.#switch.setAttribute('aria-label', `${say(key)}: ${this.#name}`);
    showLevel(this.#meter, pulled.level_dbfs, judge(pulled.level_dbfs, -100));
  }

  async #start() {
    await sendJson('PUT', this.#path, { address: this.#address.value });
    this.#address.value = '';
  }

  /** @param {() => Promise<unknown>} what */
  async #try(what) {
    try {
      await what();
      this.#tell(null);
    } catch (error) {
      this.#tell(error);
    }
  }
}
