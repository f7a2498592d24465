/** The table of an event's channels as measured. */
import { h } from './dom.js';

/** @typedef {import('./desk-types.js').ChannelStatus} ChannelStatus */

/** Booth states in words, and the look of the status they have. */
const STATES = {
  idle: ['Idle', 'idle'],
  connecting: ['Connecting…', 'connecting'],
  live: ['Live', 'good'],
  rotating: ['Live', 'good'],
  retrying: ['Retrying', 'reconnecting'],
  failed: ['Failed', 'failed'],
};

/** @type {[kind: string, name: string][]} */
const COLUMNS = [
  ['channel', 'Channel'],
  ['state', 'State'],
  ['lag', 'Lag'],
  ['listeners', 'Listening'],
  ['readers', 'Reading'],
];

/**
 * The rows of the table, one per channel.
 *
 * @param {ChannelStatus[]} channels
 * @param {(channel: string) => string} nameOf
 */
export function channelRows(channels, nameOf) {
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
      h('td', {}, nameOf(status.channel), h('small', {}, status.channel)),
      h('td', { class: 'state' }, state, ...reason),
      h('td', { class: 'lag' }, lag(status)),
      h('td', { class: 'listeners' }, String(status.listeners)),
      h('td', { class: 'readers' }, String(status.readers)),
    );
  });
}

/** @param {ChannelStatus} status */
function lag({ channel, lag_ms }) {
  if (channel === 'floor' || lag_ms === null) return '–';
  return `${(lag_ms / 1000).toFixed(1)} s`;
}

/** The table around the rows. */
export function channelTable() {
  const heads = COLUMNS.map(([kind, name]) => h('th', { scope: 'col', class: kind }, name));
  return h('table', { class: 'channel-table' }, h('thead', {}, h('tr', {}, ...heads)), h('tbody'));
}
