/** The measures of two services as a table that says which of them is better. */
import { h } from '../../shared/dom.js';
import { say } from '../../i18n/say.js';
import { decimal, money, whole } from '../../i18n/written.js';

/** @typedef {{id: string, a: number | null, b: number | null, better: '' | 'a' | 'b'}} Measure */

/** @param {number} value */
const seconds = (value) => say('seconds', { seconds: decimal(value) });
/** @param {number} value */
const percent = (value) => `${decimal(value)}\u00a0%`;

/**
 * The name of each measure, and how its values are written.
 *
 * @type {Record<string, [() => string, (value: number) => string]>}
 */
const MEASURES = {
  span_p50_s: [() => say('compareLag', { percent: 50 }), seconds],
  span_p95_s: [() => say('compareLag', { percent: 95 }), seconds],
  bleu: [() => 'BLEU', decimal],
  chrf: [() => 'chrF', decimal],
  names_percent: [() => say('measureNames'), percent],
  numbers_percent: [() => say('measureNumbers'), percent],
  glossary_percent: [() => say('formGlossary'), percent],
  erasure_percent: [() => say('measureErasure'), percent],
  columns_per_s: [() => say('measureReading'), whole],
  gaps_s: [() => say('measureGaps'), seconds],
  tempo_percent: [() => say('measureTempo'), percent],
  loudness_lufs: [() => say('measureLoudness'), (value) => `${decimal(value)}\u00a0LUFS`],
  usd_per_hour: [() => say('measureCost'), money],
};

/**
 * The rows of the table: those of which at least one service has a value.
 *
 * @param {Measure[]} measures
 * @returns {{id: string, name: string, values: [string, string], better: '' | 'a' | 'b'}[]}
 */
export function rowsOf(measures) {
  return measures.flatMap(({ id, a, b, better }) => {
    const known = MEASURES[id];
    if (known === undefined || (a === null && b === null)) return [];
    const [name, written] = known;
    /** @param {number | null} value */
    const cell = (value) => (value === null ? '–' : written(value));
    return [{ id, name: name(), values: [cell(a), cell(b)], better }];
  });
}

/**
 * @param {Measure[]} measures
 * @param {[string, string]} titles of the two services
 */
export function measuresTable(measures, titles) {
  const head = titles.map((title) => h('th', { scope: 'col' }, title));
  const rows = rowsOf(measures).map(({ id, name, values, better }) =>
    h(
      'tr',
      { 'data-measure': id },
      h('th', { scope: 'row' }, name),
      ...values.map((value, number) => cellOf(value, better === 'ab'[number])),
    ),
  );
  return h(
    'table',
    { class: 'comparison-table' },
    h('caption', { class: 'visually-hidden' }, say('compareTitle')),
    h('thead', {}, h('tr', {}, h('td', {}), ...head)),
    h('tbody', {}, ...rows),
  );
}

/**
 * @param {string} value
 * @param {boolean} isBetter
 */
function cellOf(value, isBetter) {
  if (!isBetter) return h('td', {}, value);
  return h('td', { 'data-better': '' }, `${value} `, h('span', { class: 'comparison-better' }, say('compareBetter')));
}
