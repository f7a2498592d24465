/** One link in the list: whose it is, what it is for, its last use, and the way to revoke it. */
import { h } from '../../shared/dom.js';
import { say } from '../../i18n/say.js';
import { dayAndTime, languageName } from '../../i18n/written.js';

/** @typedef {import('./token-dialog.js').Token} Token */

/** The speaker's link of the event, which is replaced and not revoked. */
const STAGE_LINK = 'stage-link';

/**
 * @param {Token} token
 * @param {(withMade: boolean) => Promise<void>} revoke
 */
export function tokenRow(token, revoke) {
  const name = token.id === STAGE_LINK ? say('accessStageLink') : token.name;
  const facts = factsAbout(token).map((fact) => h('span', { dir: 'auto' }, fact));
  const row = h(
    'li',
    { class: 'token', 'data-token': token.id, 'data-state': token.state },
    h('strong', { dir: 'auto' }, name),
    h('p', { class: 'soft token-facts' }, ...facts),
  );
  if (token.state === 'active') row.append(...revoking(token, name, revoke));
  return row;
}

/** @param {Token} token */
function factsAbout({ id, role, scopes, state, created_by, expires_at, used_at, session }) {
  const microphone = role === 'stage' && scopes.some((scope) => scope.endsWith('/floor'));
  const kind = say(microphone ? 'role_microphone' : `role_${role}`);
  const facts = [kind, ...scopes.map(scopeWords).filter((words) => words !== '')];
  if (id === STAGE_LINK) return facts;
  if (state === 'revoked') return [...facts, say('accessRevoked')];
  if (state === 'expired') return [...facts, say('accessExpired')];
  facts.push(used_at ? say('accessUsed', { time: written(used_at) }) : say('accessNeverUsed'));
  if (expires_at) facts.push(say('accessExpires', { time: written(expires_at) }));
  if (session) return [...facts, say('accessSignedInBy', { provider: created_by })];
  return [...facts, say('accessCreatedBy', { name: created_by })];
}

/** @param {string} scope such as `event:talk/es` */
function scopeWords(scope) {
  if (scope === 'all') return say('accessAllEvents');
  const [, channel] = scope.split('/');
  if (channel === 'floor') return say('channelFloor');
  return channel ? languageName(channel) : scope.replace(/^[a-z]+:/, '');
}

/** @param {string} time ISO 8601 */
function written(time) {
  return dayAndTime(new Date(time));
}

/**
 * A button, and the question that it asks first.
 *
 * @param {Token} token
 * @param {string} name
 * @param {(withMade: boolean) => Promise<void>} revoke
 */
function revoking({ id, made }, name, revoke) {
  const replaces = id === STAGE_LINK;
  const word = say(replaces ? 'accessReplace' : 'accessRevoke');
  const ask = h('button', { type: 'button', class: 'button small danger revoke' }, word);
  ask.setAttribute('aria-label', `${word}: ${name}`);
  const sure = h('button', { type: 'button', class: 'button small danger sure' }, word);
  const keep = h('button', { type: 'button', class: 'button small' }, say('accessKeep'));
  const withMade = h('input', { type: 'checkbox', name: 'made', checked: true });
  const alsoMade = h(
    'label',
    { class: 'check', hidden: made === 0 },
    withMade,
    h('span', {}, say('accessRevokeMade', { count: made })),
  );
  const question = h(
    'div',
    { class: 'token-question', role: 'group', hidden: true },
    h('p', {}, replaces ? say('accessReplaceSure') : say('accessRevokeSure', { name })),
    alsoMade,
    h('div', { class: 'row' }, sure, keep),
  );
  const show = (/** @type {boolean} */ asked) => {
    question.hidden = !asked;
    ask.hidden = asked;
    (asked ? keep : ask).focus();
  };
  ask.addEventListener('click', () => show(true));
  keep.addEventListener('click', () => show(false));
  sure.addEventListener('click', () => {
    sure.disabled = true;
    void revoke(made > 0 && withMade.checked).finally(() => (sure.disabled = false));
  });
  return [ask, question];
}
