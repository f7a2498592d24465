/** The cost of an event's interpretation, compared with its spend cap. */
import { sendJson } from '../shared/api.js';
import { h, setText } from '../shared/dom.js';
import { say } from '../i18n/say.js';
import { money, shortMoney } from '../i18n/written.js';

/** @typedef {import('./api-types.js').EventStatus} EventStatus */

const WARN_SHARE = 0.8;

export class CostLine {
  /** The line itself. */
  element = h('div', { class: 'cost' });
  #path;
  #fail;
  /** @type {number | null} */
  #cap = null;
  #sum = h('p', { class: 'cost-sum' });
  #warning = h('p', { class: 'cost-warning', role: 'status', hidden: true });
  #change = h('button', { type: 'button', class: 'button small change-cap', hidden: true, 'data-needs': 'edit_event' });
  #input = h('input', {
    class: 'input',
    type: 'number',
    min: '0.01',
    max: '1000000',
    step: 'any',
    placeholder: say('capNone'),
  });
  #form = h(
    'form',
    { class: 'row cap', hidden: true },
    h('label', { class: 'row' }, say('capLabel'), this.#input),
    h('button', { class: 'button small primary', type: 'submit' }, say('save')),
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
    const cost = money(cost_usd);
    const sum =
      spend_cap_usd === null
        ? say('costSum', { cost })
        : say('costOfCap', { cost, cap: shortMoney(spend_cap_usd) });
    setText(this.#sum, sum);
    setText(this.#warning, budget === 'fine' ? '' : say(budget === 'near' ? 'capNear' : 'capReached'));
    this.#warning.hidden = budget === 'fine';
    setText(this.#change, say(spend_cap_usd === null ? 'capSet' : 'capChange'));
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
