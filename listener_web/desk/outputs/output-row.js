/** One caption output in the list of its event: what it is, how it works, and its buttons. */
import { send, sendJson } from '../../shared/api.js';
import { h, setText } from '../../shared/dom.js';
import { say } from '../../i18n/say.js';
import { channelName } from '../live/alarm-words.js';
import { OUTPUT_KINDS, OUTPUT_LOOKS, outputWords, reasonWords } from './output-words.js';

/** @typedef {import('./output-words.js').CaptionOutput} CaptionOutput */

export class OutputRow {
  element = h('li', { class: 'output' });
  #path;
  #fail;
  #what = h('strong', { dir: 'auto' });
  #where = h('span', { class: 'soft' });
  #words = h('span');
  #state = h(
    'p',
    { class: 'status', role: 'status' },
    h('span', { class: 'dot', 'aria-hidden': 'true' }),
    this.#words,
  );
  #note = h('p', { class: 'soft output-note', role: 'status', hidden: true });
  #test = h('button', { type: 'button', class: 'button small', 'data-needs': 'control_event' });
  #replace = h('button', { type: 'button', class: 'button small', 'data-needs': 'edit_event' });
  #remove = h('button', { type: 'button', class: 'button small danger', 'data-needs': 'edit_event' });
  #address = h('input', { class: 'input', dir: 'ltr', maxLength: 2000, autocomplete: 'off', spellcheck: false });
  #password = h('input', { class: 'input', type: 'password', maxLength: 200, autocomplete: 'new-password' });
  #again = h(
    'button',
    { type: 'button', class: 'button small', 'data-needs': 'control_event' },
    say('outputAgain'),
  );
  #deadWords = h('span');
  #dead = h('div', { class: 'row output-dead', hidden: true }, this.#deadWords, this.#again);
  #form;
  #busy = false;

  /**
   * @param {CaptionOutput} output
   * @param {string} path of the outputs of its event in the API
   * @param {(error: unknown) => void} fail
   */
  constructor(output, path, fail) {
    this.#path = `${path}/${encodeURIComponent(output.id)}`;
    this.#fail = fail;
    this.element.dataset.output = output.id;
    setText(this.#test, say('outputTest'));
    setText(this.#replace, say('outputReplace'));
    setText(this.#remove, say('outputRemove'));
    this.#replace.setAttribute('aria-expanded', 'false');
    const fields = [h('label', { class: 'field' }, say('outputAddress'), this.#address)];
    if (output.kind === 'obs') {
      fields.push(h('label', { class: 'field' }, say('outputPassword'), this.#password));
    }
    const save = h('button', { type: 'submit', class: 'button primary' }, say('save'));
    this.#form = h('form', { class: 'output-form', hidden: true, autocomplete: 'off' }, ...fields, save);
    this.element.append(
      h('p', { class: 'output-what' }, this.#what, this.#where),
      this.#state,
      h('div', { class: 'row' }, this.#test, this.#replace, this.#remove),
      this.#note,
      this.#dead,
      this.#form,
    );
    this.#test.addEventListener('click', () => void this.#sendTest());
    this.#again.addEventListener('click', () => void this.#sendAgain());
    this.#replace.addEventListener('click', () => this.#open(this.#form.hidden === true));
    this.#remove.addEventListener('click', () => void this.#removeOutput());
    this.#form.addEventListener('submit', (submit) => {
      submit.preventDefault();
      void this.#saveAddress();
    });
    this.show(output);
  }

  /** @param {CaptionOutput} output as it is now */
  show(output) {
    const kind = say(OUTPUT_KINDS[output.kind].name);
    const name = output.name === '' ? kind : `${output.name} (${kind})`;
    setText(this.#what, name);
    const channel = output.channel === '' ? say('outputHappenings') : channelName(output.channel);
    setText(this.#where, say('outputRoute', { channel, place: output.place }));
    const count = output.dead.length;
    this.#dead.hidden = count === 0;
    if (count > 0) setText(this.#deadWords, say('outputDead', { count }));
    this.#again.setAttribute('aria-label', `${say('outputAgain')}: ${name}`);
    if (output.state === 'stopped' || output.state === 'retrying') this.#tell(''); // of a test line
    this.element.dataset.state = output.state;
    this.#state.dataset.status = OUTPUT_LOOKS[output.state];
    setText(this.#words, outputWords(output));
    this.#address.placeholder = OUTPUT_KINDS[output.kind].example;
    for (const [button, key] of /** @type {const} */ ([
      [this.#test, 'outputTest'],
      [this.#replace, 'outputReplace'],
      [this.#remove, 'outputRemove'],
    ])) {
      button.setAttribute('aria-label', `${say(key)}: ${name}`);
    }
  }

  /** @param {boolean} open */
  #open(open) {
    this.#form.hidden = !open;
    this.#replace.setAttribute('aria-expanded', String(open));
    if (open) this.#address.focus();
    else this.#address.value = this.#password.value = '';
  }

  async #sendTest() {
    await this.#guarded(async () => {
      this.#tell(say('outputTesting'));
      const answer = await sendJson('POST', `${this.#path}/test`, {});
      this.#tell(
        answer.arrived
          ? say('outputTestArrived')
          : say('outputTestFailed', { reason: reasonWords(answer) }),
      );
    });
  }

  async #sendAgain() {
    await this.#guarded(async () => {
      await sendJson('POST', `${this.#path}/again`, {});
      this.#replace.focus(); // the button goes when everything has arrived
    });
  }

  async #saveAddress() {
    await this.#guarded(async () => {
      const change = {
        ...(this.#address.value.trim() ? { address: this.#address.value.trim() } : {}),
        ...(this.#password.value ? { password: this.#password.value } : {}),
      };
      if (Object.keys(change).length > 0) await sendJson('PATCH', this.#path, change);
      this.#open(false);
      this.#replace.focus();
    });
  }

  async #removeOutput() {
    if (!confirm(say('outputRemoveSure', { name: this.#what.textContent ?? '' }))) return;
    await this.#guarded(async () => {
      await send(this.#path, { method: 'DELETE' });
    });
  }

  /** @param {string} text */
  #tell(text) {
    setText(this.#note, text);
    this.#note.hidden = text === '';
  }

  /** @param {() => Promise<void>} work */
  async #guarded(work) {
    if (this.#busy) return;
    this.#busy = true;
    try {
      await work();
    } catch (error) {
      this.#tell('');
      this.#fail(error);
    } finally {
      this.#busy = false;
    }
  }
}
