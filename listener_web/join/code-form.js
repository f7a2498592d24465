/** The field for the short code of an event. The server answers with the event, or with the join page. */
import { h } from '../shared/dom.js';

/** @param {import('../i18n/localise.js').Strings} strings */
export function codeForm(strings) {
  const field = h('input', {
    id: 'code',
    class: 'input code',
    name: 'code',
    required: true,
    maxLength: 60,
    autocomplete: 'off',
    autocapitalize: 'characters',
    spellcheck: false,
    enterKeyHint: 'go',
    dir: 'ltr',
  });
  const label = h('label', { class: 'field', htmlFor: 'code' }, strings.code);
  const button = h('button', { class: 'button primary', type: 'submit' }, strings.join);
  return h('form', { class: 'join-form', action: '/', method: 'get' }, label, field, button);
}
