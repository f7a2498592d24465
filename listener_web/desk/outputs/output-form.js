/** Adds a caption output: its kind, its channel, its address, and what else the kind needs. */
import { sendJson } from '../../shared/api.js';
import { h, setText } from '../../shared/dom.js';
import { say } from '../../i18n/say.js';
import { channelName } from '../live/alarm-words.js';
import { OUTPUT_KINDS } from './output-words.js';

/** @typedef {import('../api-types.js').DeskEvent} DeskEvent */
/** @typedef {import('./output-words.js').OutputKind} OutputKind */

const LONGEST_LINE = 32; // of caption encoders for television

export class OutputForm {
  element = h('form', { class: 'output-form', autocomplete: 'off', hidden: true });
  #path;
  #on;
  #kind = h(
    'select',
    { class: 'input', name: 'kind' },
    ...Object.entries(OUTPUT_KINDS).map(([value, { name }]) => h('option', { value }, say(name))),
  );
  #channel = h('select', { class: 'input', name: 'channel' });
  #name = h('input', { class: 'input', name: 'name', maxLength: 80, dir: 'auto' });
  #address = h('input', {
    class: 'input',
    name: 'address',
    dir: 'ltr',
    maxLength: 2000,
    required: true,
    spellcheck: false,
  });
  #password = h('input', {
    class: 'input',
    name: 'password',
    type: 'password',
    maxLength: 200,
    autocomplete: 'new-password',
  });
  #input = h('input', { class: 'input', name: 'input', maxLength: 200, dir: 'auto' });
  #field = h('input', { class: 'input', name: 'field', maxLength: 200, dir: 'auto', value: 'Headline.Text' });
  #columns = h('input', { class: 'input', name: 'columns', type: 'number', min: '0', max: '200' });
  #charset = h(
    'select',
    { class: 'input', name: 'charset' },
    ...['utf-8', 'latin-1', 'ascii'].map((value) => h('option', { value }, value.toUpperCase())),
  );
  /** @type {string[]} */
  #channels = [];
  #how = h('p', { class: 'soft' });
  #where = labelled('outputAddress', this.#address);
  /** The fields that only some kinds have. @type {[HTMLElement, OutputKind[]][]} */
  #special = [
    [labelled('outputPassword', this.#password), ['obs']],
    [labelled('outputInput', this.#input), ['obs', 'vmix']],
    [labelled('outputField', this.#field), ['vmix']],
    [labelled('outputColumns', this.#columns), ['tcp']],
    [labelled('outputCharset', this.#charset), ['tcp']],
  ];

  /**
   * @param {string} path of the outputs in the API
   * @param {{added: (secret?: string) => void, closed: () => void, failed: (error: unknown) => void}} on
   */
  constructor(path, on) {
    this.#path = path;
    this.#on = on;
    this.#where.classList.add('output-address');
    this.#columns.value = String(LONGEST_LINE);
    const cancel = h('button', { type: 'button', class: 'button' }, say('formCancel'));
    this.element.append(
      labelled('outputKind', this.#kind),
      labelled('outputChannel', this.#channel),
      this.#how,
      this.#where,
      ...this.#special.map(([label]) => label),
      labelled('outputName', this.#name),
      h(
        'div',
        { class: 'row end' },
        cancel,
        h('button', { type: 'submit', class: 'button primary' }, say('outputAdd')),
      ),
    );
    this.#kind.addEventListener('change', () => this.#showKind());
    cancel.addEventListener('click', () => this.#on.closed());
    this.element.addEventListener('submit', (submit) => {
      submit.preventDefault();
      void this.#add();
    });
    this.#showKind();
  }

  /** @param {DeskEvent} event */
  show(event) {
    this.#channels = ['floor', ...event.languages.map(({ tag }) => tag)];
    this.#showChannels();
  }

  #showChannels() {
    const more = this.#kind.value === 'webhook' ? [''] : []; // what happens, and no captions
    const channels = [...more, ...this.#channels];
    const shown = [...this.#channel.options].map(({ value }) => value);
    if (channels.join('|') === shown.join('|')) return;
    const chosen = this.#channel.value;
    const named = (/** @type {string} */ tag) =>
      tag === '' ? say('outputHappenings') : channelName(tag);
    this.#channel.replaceChildren(...channels.map((value) => h('option', { value }, named(value))));
    if (more.length === 0 && channels.includes(chosen)) this.#channel.value = chosen;
  }

  /** Put the focus into it. */
  begin() {
    this.#kind.focus();
  }

  #showKind() {
    const kind = /** @type {OutputKind} */ (this.#kind.value);
    const { how, example } = OUTPUT_KINDS[kind];
    setText(this.#how, say(how));
    this.#address.placeholder = example;
    this.#showChannels();
    for (const [label, kinds] of this.#special) label.hidden = !kinds.includes(kind);
    this.#input.required = kind === 'obs' || kind === 'vmix';
    this.#field.required = kind === 'vmix';
  }

  async #add() {
    const kind = this.#kind.value;
    const special = {
      obs: { password: this.#password.value, input: this.#input.value },
      vmix: { input: this.#input.value, field: this.#field.value },
      tcp: { columns: Number(this.#columns.value), charset: this.#charset.value },
    }[kind];
    let secret;
    try {
      const made = await sendJson('POST', this.#path, {
        kind,
        channel: this.#channel.value,
        name: this.#name.value,
        address: this.#address.value,
        ...special,
      });
      secret = made.secret;
    } catch (error) {
      this.#on.failed(error);
      return;
    }
    this.#address.value = this.#password.value = this.#name.value = '';
    this.#on.added(secret);
  }
}

/**
 * @param {Parameters<typeof say>[0]} key
 * @param {HTMLElement} control
 */
function labelled(key, control) {
  return h('label', { class: 'field' }, say(key), control);
}
