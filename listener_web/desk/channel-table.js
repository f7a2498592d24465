/** The table of an event's channels and what is measured of each. */
import { h } from '../shared/dom.js';
import { say } from '../i18n/say.js';
import { decimal, languageName, money, whole } from '../i18n/written.js';

/** @typedef {import('./api-types.js').ChannelStatus} ChannelStatus */
/** @typedef {import('./api-types.js').EventLanguage} EventLanguage */

/** The words for a booth's states, each with the look of its status. */
const STATES = /** @type {const} */ ({
  idle: ['boothIdle', 'idle'],
  connecting: ['boothConnecting', 'connecting'],
  live: ['boothLive', 'good'],
  rotating: ['boothLive', 'good'],
  retrying: ['boothRetrying', 'reconnecting'],
  failed: ['boothFailed', 'failed'],
});

const ENGINES = /** @type {const} */ ({
  auto: 'engineAuto',
  translate: 'engineTranslate',
  converse: 'engineConverse',
  transcribe: 'engineTranscribe',
});

const COLUMNS = /** @type {const} */ ([
  ['channel', 'channelName'],
  ['state', 'channelState'],
  ['lag', 'channelLag'],
  ['listeners', 'channelListeners'],
  ['readers', 'channelReaders'],
  ['spent', 'channelCost'],
]);

/**
 * The rows of the table, one per channel.
 *
 * @param {ChannelStatus[]} channels
 * @param {readonly EventLanguage[]} languages
 */
export function channelRows(channels, languages) {
  return channels.map((status) => {
    const [key, look] = STATES[status.state];
    const state = h(
      'span',
      { class: 'status', 'data-status': look },
      h('span', { class: 'dot', 'aria-hidden': 'true' }),
      say(key),
    );
    const reason = status.reason === '' ? [] : [h('small', { class: 'reason' }, status.reason)];
    return h(
      'tr',
      { 'data-channel': status.channel, 'data-state': status.state },
      h('td', {}, ...names(status, languages)),
      h('td', { class: 'state' }, state, ...reason),
      h('td', { class: 'lag' }, lag(status), ...losses(status)),
      h('td', { class: 'listeners' }, whole(status.listeners)),
      h('td', { class: 'readers' }, whole(status.readers)),
      h('td', { class: 'spent' }, money(status.cost_usd)),
      h('td', { class: 'restart' }, ...restart(status)),
    );
  });
}

/**
 * Show rows. What has not changed stays: a button that is made again while it is pressed loses the
 * click, and one that has the focus loses it.
 *
 * @param {HTMLTableElement} table
 * @param {HTMLTableRowElement[]} rows
 */
export function showRows(table, rows) {
  const [body] = table.tBodies;
  if (!body) return;
  const before = new Map([...body.rows].map((row) => [row.dataset.channel, row]));
  const shown = rows.map((row) => {
    const old = before.get(row.dataset.channel);
    if (!old) return row;
    old.dataset.state = row.dataset.state;
    const cells = [...row.cells];
    [...old.cells].forEach((cell, place) => {
      const now = cells[place];
      if (now && !cell.isEqualNode(now)) cell.replaceWith(now);
    });
    return old;
  });
  const same = body.rows.length === shown.length && shown.every((row, place) => body.rows[place] === row);
  if (!same) body.replaceChildren(...shown);
}

/**
 * A channel's name, and below it the engine in use, or the one chosen while none is in use.
 *
 * @param {ChannelStatus} status
 * @param {readonly EventLanguage[]} languages
 */
function names(status, languages) {
  const { channel, interpreter, glossary_said, glossary_hits, relay_from } = status;
  const language = languages.find(({ tag }) => tag === channel);
  const engine = interpreter || language?.interpreter;
  const details = [channel];
  if (channel !== 'floor') details.push(say('aiBadge'));
  if (engine) details.push(say(ENGINES[engine]));
  if (status.fallback) details.push(say('engineFallback', { provider: status.provider ?? '' }));
  if (status.stands_by) details.push(say('engineStandsBy', { provider: status.stands_by }));
  if (relay_from) details.push(say('relayHeard', { language: languageName(relay_from) }));
  if (language?.always) details.push(say('engineAlways'));
  if (glossary_said > 0) {
    details.push(say('glossaryHits', { hits: glossary_hits, said: glossary_said }));
  }
  const name =
    channel === 'floor' ? say('channelFloor') : languageName(channel, language?.english_name);
  return [name, h('small', {}, details.join(' · '))];
}

/** @param {ChannelStatus} status */
function lag({ channel, lag_ms }) {
  if (channel === 'floor' || lag_ms === null) return '–';
  return say('seconds', { seconds: decimal(lag_ms / 1000) });
}

/**
 * What did not reach the listeners, if there is any.
 *
 * @param {ChannelStatus} status
 */
function losses({ dropped_ms, unsent_ms, unusable_events, withheld_texts }) {
  const parts = [];
  if (dropped_ms > 0) parts.push(say('lossSkipped', { seconds: decimal(dropped_ms / 1000) }));
  if (unsent_ms > 0) parts.push(say('lossUnsent', { seconds: decimal(unsent_ms / 1000) }));
  if (unusable_events > 0) parts.push(say('lossUnusable', { count: unusable_events }));
  if (withheld_texts > 0) parts.push(say('lossWithheld', { count: withheld_texts }));
  return parts.length > 0 ? [h('small', { class: 'losses' }, parts.join(' · '))] : [];
}

/**
 * The button for a booth that runs and needs help.
 *
 * @param {ChannelStatus} status
 */
function restart({ channel, state, interpreter }) {
  const runs = state !== 'idle' && interpreter !== '';
  if (!runs) return [];
  const properties = {
    type: 'button',
    class: 'button small',
    'data-restart': channel,
    'data-needs': 'control_event',
    'aria-label':
      channel === 'floor'
        ? say('restartFloor')
        : say('restartBooth', { language: languageName(channel) }),
  };
  return [h('button', properties, say('restart'))];
}

/** The table with its head and without rows. */
export function channelTable() {
  const heads = COLUMNS.map(([kind, key]) => h('th', { scope: 'col', class: kind }, say(key)));
  heads.push(h('td', { class: 'restart' }));
  return h('table', { class: 'channel-table' }, h('thead', {}, h('tr', {}, ...heads)), h('tbody'));
}
