/** Signing in by an OpenID provider: the button that begins it, and why it did not succeed. */
import { getJson } from '../../shared/api.js';
import { h } from '../../shared/dom.js';
import { isKey, say } from '../../i18n/say.js';

const ERROR = 'sign-in-error';

let offered = false;

/**
 * Put the button of the server's provider, if it has one, at the beginning of the sign-in form.
 *
 * @param {HTMLFormElement} form with a heading
 */
export async function offerProvider(form) {
  if (offered) return;
  offered = true;
  const { provider } = await getJson('/api/sign-in');
  if (provider === null) return;
  const start = new URL(provider.start);
  start.searchParams.set('next', location.pathname);
  const words = say('accessSignInWith', { provider: provider.name });
  const link = h('a', { class: 'button primary provider', href: start.href }, words);
  form.querySelector('h2')?.after(link);
}

/**
 * Why the provider's sign-in, from which the browser has come, failed: the server puts it into the
 * fragment of the desk's address. It leaves the address.
 *
 * @returns {[what: string, next: string] | null}
 */
export function takeSignInProblem() {
  const error = new URLSearchParams(location.hash.slice(1)).get(ERROR);
  if (error === null) return null;
  history.replaceState(null, '', location.pathname + location.search);
  const what = `error_${error}`;
  const next = `${what}_next`;
  if (isKey(what) && isKey(next)) return [say(what), say(next)];
  return [say('error_sign_in_failed'), say('error_sign_in_failed_next')];
}
