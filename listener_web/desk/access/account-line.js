/** The line that says who is signed in, with the way to all links and the way out. */
import { h } from '../../shared/dom.js';
import { say } from '../../i18n/say.js';
import { signOut } from './session.js';
import { TokenDialog } from './token-dialog.js';

/**
 * @param {import('./session.js').Session} session
 * @param {(error: unknown) => void} failed shows what went wrong
 */
export function accountLine(session, failed) {
  const all = h(
    'button',
    { type: 'button', class: 'button small', 'data-needs': 'manage_tokens' },
    say('accessLinks'),
  );
  all.addEventListener('click', () => void new TokenDialog(null, failed).open(all));
  const out = h('button', { type: 'button', class: 'button small sign-out' }, say('accessSignOut'));
  out.addEventListener('click', () => void signOut().catch(failed));
  const who = say('accessSignedIn', { name: session.name, role: say(`role_${session.role}`) });
  const name = h('p', { class: 'soft', dir: 'auto' }, who);
  return h('div', { id: 'account', class: 'row account' }, name, all, out);
}
