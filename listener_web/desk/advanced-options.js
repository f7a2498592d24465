/** The optional part of the form of an event: interpreters, voices, glossaries, and what else can be set. */
import { FloorDelayField } from './floor-delay-field.js';
import { glossaryOf, joined, linesOf, pastedLines } from './glossary.js';
import { FailoverFields } from './interpreting/failover-fields.js';
import { InterpretingFields } from './interpreting/language-options.js';
import { helpOf } from './interpreting/provider-help.js';
import { JoinFields } from './join-options.js';
import { HoldField } from './review/hold-field.js';
import { ScheduleFields } from './rooms/schedule-fields.js';
import { byId, h, setText } from '../shared/dom.js';
import { say } from '../i18n/say.js';

/** @typedef {import('./api-types.js').DeskEvent} DeskEvent */
/** @typedef {import('./api-types.js').EventLanguage} EventLanguage */
/** @typedef {import('./interpreting/provider-help.js').InterpreterFacts} InterpreterFacts */

const INTERPRETERS = /** @type {const} */ ([
  ['auto', 'interpreterAuto'],
  ['translate', 'interpreterTranslate'],
  ['converse', 'interpreterConverse'],
]);

/** One chosen language. */
class LanguageRow {
  #interpreter = h(
    'select',
    { class: 'input', name: 'interpreter', onchange: () => this.#showVoice() },
    ...INTERPRETERS.map(([value, key]) => h('option', { value }, say(key))),
  );
  #voice = h('input', {
    class: 'input',
    name: 'voice',
    pattern: '[A-Za-z0-9_\\-]{1,40}',
    title: say('formVoiceRule'),
    autocomplete: 'off',
    spellcheck: false,
    placeholder: say('formVoiceUsual'),
  });
  #voiceField = h('label', { class: 'field' }, say('formVoice'), this.#voice);
  #interpreting = new InterpretingFields();
  /** Whether the continuous interpreter has voices to choose from. */
  #continuousVoice = false;
  #always = h('input', { type: 'checkbox', name: 'always' });
  #glossary = h('textarea', {
    class: 'input',
    name: 'glossary',
    rows: 2,
    placeholder: say('formGlossaryExample'),
    onpaste: (/** @type {ClipboardEvent} */ paste) => this.#paste(paste),
  });
  element;

  /**
   * @param {string} tag
   * @param {string} name
   */
  constructor(tag, name) {
    this.tag = tag;
    this.element = h(
      'fieldset',
      { class: 'language-option', 'data-tag': tag },
      h('legend', {}, name),
      h('label', { class: 'field' }, say('formInterpreter'), this.#interpreter),
      this.#voiceField,
      h('label', { class: 'check' }, this.#always, h('span', {}, say('formAlways'))),
      h('label', { class: 'field glossary' }, say('formGlossary'), this.#glossary),
      this.#interpreting.element,
    );
    this.#showVoice();
  }

  /** @param {InterpreterFacts} facts */
  explain({ phrases, continuous_voice }) {
    this.#continuousVoice = continuous_voice;
    for (const option of this.#interpreter.options) {
      if (option.value === 'converse') option.hidden = option.disabled = !phrases && !option.selected;
    }
    this.#showVoice();
  }

  /** @param {EventLanguage} language */
  fill(language) {
    const { interpreter, voice, always } = language;
    this.#interpreting.fill(language);
    this.#interpreter.value = interpreter;
    this.#voice.value = voice ?? '';
    this.#always.checked = always;
    this.#showVoice();
  }

  /** The language as the API takes it. */
  get choice() {
    const voice = this.#voiceField.hidden ? '' : this.#voice.value.trim();
    return {
      tag: this.tag,
      interpreter: this.#interpreter.value,
      always: this.#always.checked,
      voice: voice === '' ? null : voice,
      ...this.#interpreting.values,
    };
  }

  /** @param {ReadonlyMap<string, string>} chosen all languages of the event: tags with names */
  offerRelays(chosen) {
    this.#interpreting.offer([...chosen].filter(([tag]) => tag !== this.tag));
  }

  get lines() {
    return this.#glossary.value;
  }

  set lines(text) {
    this.#glossary.value = text;
  }

  #showVoice() {
    this.#voiceField.hidden = this.#interpreter.value === 'translate' && !this.#continuousVoice;
  }

  /** @param {ClipboardEvent} paste */
  #paste(paste) {
    const lines = pastedLines(paste.clipboardData?.getData('text/plain') ?? '');
    if (lines === null) return;
    paste.preventDefault();
    const before = this.#glossary.value.trimEnd();
    this.#glossary.value = before === '' ? lines : `${before}\n${lines}`;
  }
}

export class Advanced {
  #part = byId('advanced', HTMLDetailsElement);
  #list = byId('language-options', HTMLElement);
  #source = byId('source-language', HTMLInputElement);
  #cap = byId('spend-cap', HTMLInputElement);
  #retention = byId('retention', HTMLInputElement);
  #downloads = byId('downloads', HTMLInputElement);
  #file = byId('glossary-file', HTMLInputElement);
  /** @type {Map<string, LanguageRow>} */
  #rows = new Map();
  #failover = new FailoverFields();
  #hold = new HoldField();
  #floorDelay = new FloorDelayField();
  #schedule = new ScheduleFields();
  #join = new JoinFields();
  /** @type {InterpreterFacts | null} */
  #facts = null;

  constructor() {
    const fields = [this.#failover, this.#hold, this.#floorDelay, this.#schedule, this.#join];
    this.#part.append(...fields.map(({ element }) => element));
    this.#part.addEventListener('invalid', () => (this.#part.open = true), true);
    this.#file.addEventListener('change', () => void this.#import());
  }

  /**
   * Say what the provider of this server does.
   *
   * @param {InterpreterFacts} facts
   */
  explain(facts) {
    this.#facts = facts;
    setText(byId('advanced-help', HTMLElement), helpOf(facts));
    for (const row of this.#rows.values()) row.explain(facts);
  }

  /**
   * Show a row for each chosen language. A row that is shown already keeps what was entered.
   *
   * @param {ReadonlyMap<string, string>} chosen tags with names
   */
  show(chosen) {
    for (const tag of this.#rows.keys()) if (!chosen.has(tag)) this.#rows.delete(tag);
    for (const [tag, name] of chosen) {
      if (this.#rows.has(tag)) continue;
      const row = new LanguageRow(tag, name);
      if (this.#facts !== null) row.explain(this.#facts);
      this.#rows.set(tag, row);
    }
    for (const row of this.#rows.values()) row.offerRelays(chosen);
    this.#list.replaceChildren(...[...this.#rows.values()].map((row) => row.element));
  }

  /**
   * Show the options of an event whose languages are shown; null for those of a new one.
   *
   * @param {DeskEvent | null} event
   */
  fill(event) {
    this.#part.open = false;
    this.#file.value = '';
    this.#source.value = event?.source_language ?? '';
    this.#cap.value = String(event?.spend_cap_usd ?? '');
    this.#retention.value = String(event?.retention_days ?? '');
    this.#downloads.checked = event?.downloads ?? false;
    this.#failover.fill(event?.failover);
    this.#hold.fill(event?.hold_back_s ?? 0);
    this.#floorDelay.fill(event?.floor_delay_ms ?? 0);
    this.#schedule.fill(event);
    this.#join.fill(event);
    for (const [number, language] of (event?.languages ?? []).entries()) {
      const row = this.#rows.get(language.tag);
      row?.fill(language);
      if (row && event) row.lines = linesOf(event, language.tag, number === 0);
    }
  }

  /** The entered options, in the form of the API. */
  get values() {
    const rows = [...this.#rows.values()];
    return {
      languages: rows.map((row) => row.choice),
      ...joined(new Map(rows.map((row) => [row.tag, row.lines]))),
      source_language: this.#source.value.trim() || null,
      spend_cap_usd: this.#cap.value === '' ? null : this.#cap.valueAsNumber,
      retention_days: this.#retention.value === '' ? null : this.#retention.valueAsNumber,
      downloads: this.#downloads.checked,
      failover: this.#failover.values,
      hold_back_s: this.#hold.seconds,
      floor_delay_ms: this.#floorDelay.ms,
      ...this.#schedule.values,
      ...this.#join.values,
    };
  }

  /** Put the terms of a CSV file into the fields of the languages. */
  async #import() {
    const file = this.#file.files?.[0];
    if (!file) return;
    const found = glossaryOf(await file.text());
    for (const [number, row] of [...this.#rows.values()].entries()) {
      row.lines = linesOf(found, row.tag, number === 0);
    }
  }
}
