/** The table of an event's channels and what is measured of each. */
import { money } from './cost-line.js';
import { h } from '../shared/dom.js';

/** @typedef {import('./api-types.js').ChannelStatus} ChannelStatus */
/** @typedef {import('./api-types.js').EventLanguage} EventLanguage */

/** Booth states in words, each with the look of its status. */
const STATES = {
  idle: ['Idle', 'idle'],
  connecting: ['Connecting…', 'connecting'],
  live: ['Live', 'good'],
  rotating: ['Live', 'good'],
  retrying: ['Retrying', 'reconnecting'],
  failed: ['Failed', 'failed'],
};

const ENGINES = {
  auto: 'automatic',
  translate: 'continuous',
  converse: 'phrase by phrase',
  transcribe: 'captions',
};

/** @type {[kind: string, name: string][]} */
const COLUMNS = [
  ['channel', 'Channel'],
  ['state', 'State'],
  ['lag', 'Lag'],
  ['listeners', 'Listening'],
  ['readers', 'Reading'],
  ['spent', 'Cost'],
  ['restart', ''],
];

/**
 * The rows of the table, one per channel.
 *
 * @param {ChannelStatus[]} channels
 * @param {readonly EventLanguage[]} languages
 */
export function channelRows(channels, languages) {
  return channels.map((status) => {
    const [word, look] = STATES[status.state];
    const state = h(
      'span',
      { class: 'status', 'data-status': look },
      h('span', { class: 'dot', 'aria-hidden': 'true' }),
      word ?? status.state,
    );
    const reason = status.reason === '' ? [] : [h('small', { class: 'reason' }, status.reason)];
    return h(
      'tr',
      { 'data-channel': status.channel, 'data-state': status.state },
      h('td', {}, ...names(status, languages)),
      h('td', { class: 'state' }, state, ...reason),
      h('td', { class: 'lag' }, lag(status), ...losses(status)),
      h('td', { class: 'listeners' }, String(status.listeners)),
      h('td', { class: 'readers' }, String(status.readers)),
      h('td', { class: 'spent' }, money(status.cost_usd)),
      h('td', { class: 'restart' }, ...restart(status)),
    );
  });
}

/**
 * A channel's name, and below it the engine in use, or the one chosen while none is in use.
 *
 * @param {ChannelStatus} status
 * @param {readonly EventLanguage[]} languages
 */
function names({ channel, interpreter, glossary_said, glossary_hits }, languages) {
  const language = languages.find(({ tag }) => tag === channel);
  const engine = interpreter || language?.interpreter;
  const details = [channel];
  if (engine) details.push(ENGINES[engine]);
  if (language?.always) details.push('always on');
  if (glossary_said > 0) details.push(`glossary ${glossary_hits} of ${glossary_said}`);
  const name = channel === 'floor' ? 'Original' : (language?.english_name ?? channel);
  return [name, h('small', {}, details.join(' · '))];
}

/** @param {ChannelStatus} status */
function lag({ channel, lag_ms }) {
  if (channel === 'floor' || lag_ms === null) return '–';
  return `${(lag_ms / 1000).toFixed(1)} s`;
}

/**
 * What did not reach the listeners, if there is any.
 *
 * @param {ChannelStatus} status
 */
function losses({ dropped_ms, unsent_ms, unusable_events, withheld_texts }) {
  const parts = [];
  if (dropped_ms > 0) parts.push(`${(dropped_ms / 1000).toFixed(1)} s skipped`);
  if (unsent_ms > 0) parts.push(`${(unsent_ms / 1000).toFixed(1)} s not sent`);
  if (unusable_events > 0) parts.push(`${unusable_events} answers unusable`);
  if (withheld_texts > 0) parts.push(`${withheld_texts} texts without speech not shown`);
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
    'aria-label': `Restart the booth of ${channel === 'floor' ? 'the original' : channel}`,
  };
  return [h('button', properties, 'Restart')];
}

/** The table with its head and without rows. */
export function channelTable() {
  const heads = COLUMNS.map(([kind, name]) =>
    name === '' ? h('td', { class: kind }) : h('th', { scope: 'col', class: kind }, name),
  );
  return h('table', { class: 'channel-table' }, h('thead', {}, h('tr', {}, ...heads)), h('tbody'));
}
