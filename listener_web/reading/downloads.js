/** Links to the files of a channel's captions. */
import { h } from '../shared/dom.js';

/**
 * @param {(form: 'txt' | 'vtt') => string} address of a file
 * @param {import('../i18n/localise.js').Strings} strings
 */
export function downloadLinks(address, strings) {
  const link = (/** @type {'txt' | 'vtt'} */ form, /** @type {string} */ word) =>
    h('a', { class: 'button', href: address(form), download: '' }, word);
  return h(
    'div',
    { class: 'downloads', role: 'group', 'aria-label': strings.downloadText },
    h('p', { class: 'field', 'aria-hidden': 'true' }, strings.downloadText),
    link('txt', strings.downloadTxt),
    link('vtt', strings.downloadVtt),
  );
}
