/** Follows the languages that an event offers: one that the organizer adds is there without a reload. */
import { getJson } from '../shared/api.js';

/** A hall learns of a language at the same moment, so its pages ask for the details over this time. */
const SPREAD_MS = 4_000;

/** @typedef {import('../i18n/languages.js').Channel} Channel */

/**
 * The channels that are offered now. One that was there before stays the same object, because a choice refers
 * to it.
 *
 * @param {readonly Channel[]} before
 * @param {readonly Channel[]} now
 */
export function joinedChannels(before, now) {
  return now.map((channel) => before.find(({ id }) => id === channel.id) ?? channel);
}

/**
 * Whether an event has exactly these channels.
 *
 * @param {readonly Channel[]} channels
 * @param {readonly string[]} ids
 */
export function areAll(channels, ids) {
  return channels.length === ids.length && channels.every(({ id }) => ids.includes(id));
}

export class OfferedLanguages {
  #address;
  #channels;
  #change;
  #asks = false;

  /**
   * @param {string} base of the event's addresses
   * @param {Channel[]} channels that the page has
   * @param {(channels: Channel[]) => void} change called with all channels when they are others
   */
  constructor(base, channels, change) {
    this.#address = `${base}/info`;
    this.#channels = channels;
    this.#change = change;
  }

  /** @param {readonly string[]} [ids] of the channels by the server's report; older servers do not tell */
  hear(ids) {
    if (ids === undefined || this.#asks || areAll(this.#channels, ids)) return;
    this.#asks = true;
    setTimeout(() => void this.#ask(), SPREAD_MS * Math.random());
  }

  async #ask() {
    const info = await getJson(this.#address).catch(() => null);
    this.#asks = false;
    if (info === null) return; // the next report asks again
    const channels = joinedChannels(this.#channels, info.channels);
    if (areAll(this.#channels, channels.map(({ id }) => id))) return;
    this.#channels = channels;
    this.#change(channels);
  }
}
