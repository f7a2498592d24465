/** The cost of an event's interpretation, compared with its spend cap. */
import { sendJson } from '../shared/api.js';
import { h, setText } from '../shared/dom.js';

/** @typedef {import('./api-types.js').EventStatus} EventStatus */

const WARN_SHARE = 0.8;
const WORDS = {
  fine: '',
  near: 'More than 80 % of the spend cap is used. Interpretation stops when it is reached.',
  held: 'The spend cap is reached: interpretation has stopped. Raise the cap to resume it.',
};

const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });

/** @param {number} usd */
export function money(usd) {
  return dollars.format(usd);
}

export class CostLine {
  /** The line itself. */
  element = h('div', { class: 'cost' });
  #path;
  #fail;
  /** @type {number | null} */
  #cap = null;
  #sum = h('p', { class: 'cost-sum' });
  #warning = h('p', { class: 'cost-warning', role: 'status', hidden: true });
  #change = h('button', { type: 'button', class: 'button small change-cap', hidden: true });
  #input = h('input', {
    class: 'input',
    type: 'number',
    min: '0.01',
    max: '1000000',
    step: 'any',
    placeholder: 'No cap',
  });
  #form = h(
    'form',
    { class: 'row cap', hidden: true },
    h('label', { class: 'row' }, 'Spend cap in USD', this.#input),
    h('button', { class: 'button small primary', type: 'submit' }, 'Save'),
  );

  /**
   * @param {string} path of the event in the API
   * @param {(error: unknown) => void} fail shows what went wrong
   */
  constructor(path, fail) {
    this.#path = path;
    this.#fail = fail;
    this.#change.addEventListener('click', () => this.#edit());
    this.#form.addEventListener('submit', (submit) => {
      submit.preventDefault();
      void this.#save();
    });
    const line = h('div', { class: 'row' }, this.#sum, this.#change, this.#form);
    this.element.append(line, this.#warning);
  }

  /** @param {EventStatus} status */
  show({ cost_usd, spend_cap_usd, held }) {
    this.#cap = spend_cap_usd;
    const near = spend_cap_usd !== null && cost_usd >= WARN_SHARE * spend_cap_usd;
    const budget = held ? 'held' : near ? 'near' : 'fine';
    this.element.dataset.budget = budget;
    const of = spend_cap_usd === null ? '' : ` of ${money(spend_cap_usd).replace('.00', '')}`;
    setText(this.#sum, `Interpretation ${money(cost_usd)}${of}`);
    setText(this.#warning, WORDS[budget]);
    this.#warning.hidden = budget === 'fine';
    setText(this.#change, spend_cap_usd === null ? 'Set a spend cap' : 'Change cap');
    this.#change.hidden = !this.#form.hidden;
  }

  #edit() {
    this.#input.value = this.#cap === null ? '' : String(this.#cap);
    this.#form.hidden = false;
    this.#change.hidden = true;
    this.#input.focus();
  }

  async #save() {
    const cap = this.#input.value === '' ? null : this.#input.valueAsNumber;
    try {
      await sendJson('PATCH', this.#path, { spend_cap_usd: cap });
      this.#form.hidden = true;
      this.#change.hidden = false;
      this.#change.focus();
    } catch (error) {
      this.#fail(error);
    }
  }
}
