/** The field for an event's passcode. A right one becomes a cookie, which scripts cannot read. */
import { ApiError, sendJson } from '../shared/api.js';
import { h, setText } from '../shared/dom.js';

/** @typedef {import('../i18n/localise.js').Strings} Strings */

/**
 * @param {string} address that takes the passcode
 * @param {Strings} strings
 * @param {() => void} entered called when it was right
 */
export function passcodeForm(address, strings, entered) {
  const problem = h('p', { id: 'passcode-problem', class: 'problem', role: 'alert' });
  const field = h('input', {
    id: 'passcode',
    class: 'input code',
    required: true,
    maxLength: 64,
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: false,
    enterKeyHint: 'go',
    dir: 'ltr',
    'aria-describedby': 'passcode-problem',
  });
  const label = h('label', { class: 'field', htmlFor: 'passcode' }, strings.passcode);
  const button = h('button', { class: 'button primary', type: 'submit' }, strings.passcodeEnter);
  const form = h('form', { class: 'join-form' }, label, field, button, problem);
  form.addEventListener('submit', (submit) => {
    submit.preventDefault();
    void send();
  });
  const send = async () => {
    button.disabled = true;
    setText(problem, '');
    try {
      await sendJson('POST', address, { passcode: field.value.trim() });
      entered();
    } catch (error) {
      setText(problem, strings[problemOf(error)]);
      field.select();
      field.focus();
    } finally {
      button.disabled = false;
    }
  };
  return form;
}

/**
 * The sentence about a passcode that did not open the event.
 *
 * @param {unknown} error
 * @returns {'passcodeTooMany' | 'passcodeWrong' | 'connectionLost'}
 */
export function problemOf(error) {
  if (!(error instanceof ApiError)) return 'connectionLost';
  if (error.error === 'too_many_wrong_passcodes') return 'passcodeTooMany';
  return error.retryable ? 'connectionLost' : 'passcodeWrong';
}
