/** Whose page this is: signing in by a link or by the form, and what the one signed in may do. */
import { getJson, send, sendJson } from '../../shared/api.js';

/** @typedef {'admin' | 'organizer' | 'technician' | 'reviewer' | 'interpreter' | 'stage'} AccessRole */

/**
 * @typedef {object} Session
 * @property {string} name
 * @property {AccessRole} role
 * @property {string[]} scopes
 * @property {string} token its id, empty for the server's own
 * @property {string[]} may names of actions
 */

const PATH = '/api/session';

/**
 * Sign in by the link of this page if it has a token, and find out who is signed in. The token leaves
 * the address before anything else happens. From then on the style sheet shows only what they may do:
 * an element with `data-needs` is there for those who may take that action.
 *
 * @returns {Promise<Session>}
 */
export async function openSession() {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token !== null) {
    history.replaceState(null, '', location.pathname + location.search);
    await sendJson('POST', PATH, { token });
  }
  const session = await getJson(PATH);
  document.documentElement.dataset.may = session.may.join(' ');
  return session;
}

/**
 * Have a form send what is typed as a token, and load the page again with it.
 *
 * @param {HTMLFormElement} form
 * @param {(error: unknown) => void} failed
 */
export function signInBy(form, failed) {
  form.addEventListener('submit', (submit) => {
    submit.preventDefault();
    const token = String(new FormData(form).get('token') ?? '').trim();
    sendJson('POST', PATH, { token }).then(() => location.replace('/desk'), failed);
  });
}

/** Forget who is signed in, in this browser, and load the page again. */
export async function signOut() {
  await send(PATH, { method: 'DELETE' });
  location.replace('/desk');
}
