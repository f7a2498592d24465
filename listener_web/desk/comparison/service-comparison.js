/** Lets two services interpret the prepared talk at the same time, to be heard, read and measured. */
import { ApiError, getJson, send } from '../../shared/api.js';
import { h, setText } from '../../shared/dom.js';
import { eventAddress } from '../../shared/organizer.js';
import { say } from '../../i18n/say.js';
import { languageName, money } from '../../i18n/written.js';
import { verdictRow } from '../check/verdict-row.js';
import { FirstService } from './first-service.js';
import { linesOf } from './lines.js';
import { measuresTable } from './measures-table.js';
import { orderOf } from './order.js';

/** @typedef {import('../api-types.js').DeskEvent} DeskEvent */
/** @typedef {{id: string, usd_per_hour: number}} Service */
/** @typedef {{services: Service[], language: string, seconds: number}} Offer */
/**
 * @typedef {object} Outcome
 * @property {import('../../shared/sound-check.js').Verdict | null} result why there was no comparison
 * @property {{service: string, heard: boolean, reason: string}[]} sides
 * @property {import('./measures-table.js').Measure[]} measures
 */

/** The server answers within 230 s. */
const TIMEOUT_MS = 250_000;
const HOUR_S = 3_600;

export class ServiceComparison {
  #language = h('select', { class: 'input', name: 'comparison-language' });
  #first = h('select', { class: 'input', name: 'comparison-a' });
  #second = h('select', { class: 'input', name: 'comparison-b' });
  #button = h('button', { type: 'button', class: 'button small comparison-start' }, say('compareStart'));
  #costs = h('p', { class: 'soft comparison-costs' });
  #state = h('p', { class: 'soft', role: 'status' });
  #form = h('div', { class: 'row comparison-form', hidden: true });
  #result = h('div', { class: 'comparison-result', hidden: true });
  element;
  #id;
  #fail;
  /** @type {DeskEvent | null} */
  #event = null;
  /** @type {Offer | null} */
  #offer = null;
  /** Ends the comparison that runs. @type {AbortController | null} */
  #running = null;

  /**
   * @param {string} id of the event
   * @param {(error: unknown) => void} fail
   */
  constructor(id, fail) {
    this.#id = id;
    this.#fail = fail;
    const services = [this.#first, this.#second].map((select, number) =>
      h('label', { class: 'trial-label' }, say('compareService', { side: 'AB'.charAt(number) }), select),
    );
    const language = h('label', { class: 'trial-label' }, say('trialLanguage'), this.#language);
    this.#form.append(language, ...services, this.#button);
    this.element = h(
      'details',
      { class: 'trial comparison', 'data-needs': 'control_event' },
      h('summary', {}, h('h4', {}, say('compareTitle'))),
      h('p', { class: 'soft' }, say('compareWhat')),
      this.#form,
      this.#costs,
      this.#state,
      this.#result,
    );
    this.element.addEventListener('toggle', () => void this.#open());
    this.#button.addEventListener('click', () => void this.#startOrStop());
    this.#language.addEventListener('change', () => this.#propose());
    for (const select of [this.#first, this.#second]) {
      select.addEventListener('change', () => this.#showCosts());
    }
  }

  /** @param {DeskEvent} event as it is now */
  show(event) {
    this.#event = event;
    this.#button.setAttribute('aria-label', `${this.#button.textContent}: ${event.title}`);
    if (this.#offer !== null) this.#offerLanguages(this.#offer);
  }

  get #path() {
    return `${eventAddress(this.#id)}/comparison`;
  }

  async #open() {
    if (!this.element.open || this.#offer !== null) return;
    try {
      /** @type {Offer} */
      const offer = await getJson(this.#path);
      this.#offer = offer;
      for (const select of [this.#first, this.#second]) {
        select.replaceChildren(...offer.services.map(({ id }) => h('option', { value: id }, id)));
      }
      this.#offerLanguages(offer);
      this.#propose();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @param {Offer} offer */
  #offerLanguages({ services, language: spoken }) {
    const languages = (this.#event?.languages ?? []).filter(({ tag }) => tag.split('-')[0] !== spoken);
    const tags = languages.map(({ tag }) => tag);
    if (tags.join() !== [...this.#language.options].map(({ value }) => value).join()) {
      const chosen = this.#language.value;
      this.#language.replaceChildren(
        ...languages.map(({ tag, english_name }) =>
          h('option', { value: tag }, languageName(tag, english_name)),
        ),
      );
      if (tags.includes(chosen)) this.#language.value = chosen;
    }
    const possible = services.length > 1 && tags.length > 0;
    this.#form.hidden = !possible;
    if (!possible) setText(this.#costs, services.length > 1 ? '' : say('compareNeedsTwo'));
  }

  /** The first two services of the language's order. */
  #propose() {
    if (this.#event === null || this.#offer === null || this.#form.hidden) return;
    const [first, second] = orderOf(this.#event, this.#language.value, this.#known);
    this.#first.value = first ?? '';
    this.#second.value = second ?? '';
    this.#showCosts();
  }

  get #known() {
    return (this.#offer?.services ?? []).map(({ id }) => id);
  }

  #showCosts() {
    const { services = [], seconds = 0 } = this.#offer ?? {};
    const chosen = services.filter(({ id }) => [this.#first.value, this.#second.value].includes(id));
    const perHour = chosen.reduce((sum, { usd_per_hour }) => sum + usd_per_hour, 0);
    setText(this.#costs, say('compareCosts', { cost: money((perHour * seconds) / HOUR_S) }));
  }

  async #startOrStop() {
    if (this.#running !== null) {
      this.#running.abort();
      return;
    }
    const running = new AbortController();
    this.#running = running;
    const late = setTimeout(() => running.abort(), TIMEOUT_MS);
    this.#nameButton(say('stageStop'));
    setText(this.#state, say('compareRunning'));
    try {
      await this.#compare(running.signal);
    } catch (error) {
      if (!running.signal.aborted) this.#fail(error);
    } finally {
      clearTimeout(late);
      this.#running = null;
      this.#nameButton(say('compareStart'));
      setText(this.#state, '');
    }
  }

  /** @param {string} words */
  #nameButton(words) {
    setText(this.#button, words);
    this.#button.setAttribute('aria-label', `${words}: ${this.#event?.title ?? ''}`);
  }

  /** @param {AbortSignal} signal */
  async #compare(signal) {
    const tag = this.#language.value;
    const services = [this.#first.value, this.#second.value];
    /** @type {[string, string]} */
    const titles = [`A: ${services[0]}`, `B: ${services[1]}`];
    const [response, { ComparedSides }] = await Promise.all([
      send(this.#path, {
        method: 'POST',
        signal,
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ channel: tag, services }),
      }),
      import('./compared-sides.js'),
    ]);
    /** @type {import('./compared-sides.js').ComparedSides | null} */
    let shown = null;
    try {
      for await (const line of linesOf(response)) {
        if (line.measures !== undefined) {
          shown?.end();
          this.#conclude(line, tag, services, titles);
          return;
        }
        shown = new ComparedSides(named(line.sides, titles), tag);
        this.#result.replaceChildren(shown.element);
        this.#result.hidden = false;
      }
    } finally {
      shown?.end();
    }
    throw new ApiError(0, 'unreachable', 'the server does not answer', 'Check the network connection.');
  }

  /**
   * @param {Outcome} outcome
   * @param {string} tag
   * @param {string[]} services
   * @param {[string, string]} titles
   */
  #conclude({ result, sides, measures }, tag, services, titles) {
    if (result !== null) {
      this.#result.append(h('ul', { class: 'check-list' }, verdictRow(result)));
      return;
    }
    const unheard = sides.filter(({ heard }) => !heard);
    const told = unheard.map(({ service, reason }) =>
      h('p', { role: 'status' }, `${say('compareNotHeard', { service })} ${reason}`.trim()),
    );
    this.#result.append(...told);
    if (unheard.length === sides.length) return;
    const now = () => /** @type {DeskEvent} */ (this.#event);
    const first = new FirstService(now, tag, services, this.#known, this.#fail);
    this.#result.append(measuresTable(measures, titles), first.element);
  }
}

/**
 * @param {{event: string}[]} sides
 * @param {[string, string]} titles of the services
 */
function named(sides, titles) {
  return sides.map(({ event }, number) => {
    const hear = say('compareHear', { side: 'AB'.charAt(number) });
    return { event, words: { title: titles[number] ?? '', hear } };
  });
}
