/** Radio buttons that look like one control. */
import { h } from './dom.js';

/**
 * @param {string} legend
 * @param {string} name
 * @param {[value: string, word: string][]} options
 * @param {string} chosen
 * @param {(value: string) => void} choose
 */
export function segments(legend, name, options, chosen, choose) {
  const labels = options.map(([value, word]) =>
    h(
      'label',
      { 'data-value': value },
      h('input', {
        type: 'radio',
        name,
        value,
        checked: value === chosen,
        onchange: () => choose(value),
      }),
      h('span', {}, word),
    ),
  );
  return h('fieldset', { class: 'segments' }, h('legend', {}, legend), ...labels);
}
