/** One verdict: what was checked, what was found, and the next step. */
import { h } from '../../shared/dom.js';
import { checkName, checkWords, lightWords } from '../../i18n/check-words.js';

/** @param {import('../../shared/sound-check.js').Verdict} verdict */
export function verdictRow(verdict) {
  const [what, next] = checkWords(verdict);
  return h(
    'li',
    { class: 'check-row', 'data-light': verdict.light, 'data-check': verdict.check },
    h('span', { class: 'check-dot', 'aria-hidden': 'true' }),
    h(
      'p',
      {},
      h('strong', {}, checkName(verdict)),
      h('span', { class: 'check-verdict' }, lightWords(verdict.light)),
      h('span', { class: 'check-what' }, what),
      ...(next === '' ? [] : [h('span', { class: 'check-next' }, next)]),
    ),
  );
}
