/** The choice of what is heard and what is read: two languages that change together until they are parted. */
import { initialChannel } from '../i18n/languages.js';
import { device, tab } from '../shared/storage.js';

/** @typedef {import('../i18n/languages.js').Channel} Channel */

/** How loud the original is under the interpreter's voice; the server mixes it. */
export const FLOOR_LEVELS = /** @type {const} */ (['off', 'quiet', 'even']);

/** @typedef {typeof FLOOR_LEVELS[number]} FloorLevel */

/** The suffixes of a channel's id that ask the server for a variant. */
const LEVEL_SUFFIXES = { off: '', quiet: '+floor', even: '+evenfloor' };
const LOW_RATE_SUFFIX = '+low';

/**
 * @typedef {object} Choice
 * @property {Channel} hear
 * @property {Channel} read
 * @property {Channel | null} second read next to `read`, if not null
 * @property {boolean} linked whether `hear` and `read` are one and change together
 * @property {boolean} captionsOnly whether no sound is wanted
 * @property {FloorLevel} floorLevel
 * @property {boolean} lessData whether the sound is to use less data
 */

/** What one of the lists of languages chooses: `both` stands for `hear` and `read`. */
/** @typedef {'both' | 'hear' | 'read' | 'second'} Target */

/**
 * The lists that there are for a choice.
 *
 * @param {Choice} choice
 * @returns {Target[]}
 */
export function targetsOf({ linked, captionsOnly }) {
  if (captionsOnly) return ['read', 'second'];
  return linked ? ['both', 'second'] : ['hear', 'read', 'second'];
}

/**
 * The channel that is chosen in a list.
 *
 * @param {Choice} choice
 * @param {Target} target
 */
export function channelAt(choice, target) {
  return target === 'both' ? choice.read : choice[target];
}

/**
 * Choose a channel in a list.
 *
 * @param {Choice} choice
 * @param {Target} target
 * @param {Channel | null} channel null for no second language
 * @returns {Choice}
 */
export function choose(choice, target, channel) {
  if (target === 'second') return { ...choice, second: channel === choice.read ? null : channel };
  if (channel === null) return choice;
  const hear = target === 'hear' || choice.linked ? channel : choice.hear;
  const read = target !== 'hear' || choice.linked ? channel : choice.read;
  return { ...choice, hear, read, second: choice.second === read ? null : choice.second };
}

/**
 * Part what is heard from what is read, or join them again: in the language that is in use.
 *
 * @param {Choice} choice
 * @param {boolean} linked
 * @returns {Choice}
 */
export function link(choice, linked) {
  if (!linked) return { ...choice, linked };
  const target = choice.captionsOnly ? 'read' : 'hear';
  return choose({ ...choice, linked }, target, choice[target]);
}

/**
 * The id to ask the server for.
 *
 * @param {string} channel its own id
 * @param {Pick<Choice, 'floorLevel' | 'lessData'>} choice
 */
export function soundOf(channel, { floorLevel, lessData }) {
  const level = channel === 'floor' ? '' : LEVEL_SUFFIXES[floorLevel];
  return channel + level + (lessData ? LOW_RATE_SUFFIX : '');
}

/**
 * What is known before the attendee chooses; each null if it is not.
 *
 * @typedef {object} Known
 * @property {string | null} hear kept from before in this tab
 * @property {string | null} read kept, empty while linked
 * @property {string | null} second kept, empty for none
 * @property {string | null} askedHear in the page's address
 * @property {string | null} askedRead in the page's address
 * @property {string | null} askedBoth in the page's address
 * @property {readonly string[]} phone the phone's languages
 */

/**
 * The channels to begin with. What was chosen goes before the page's address, and the address before
 * the phone's languages.
 *
 * @param {readonly Channel[]} channels
 * @param {Known} known
 * @returns {Pick<Choice, 'hear' | 'read' | 'second' | 'linked'>}
 */
export function initialChannels(channels, known) {
  const { askedBoth, phone } = known;
  const hear = initialChannel(channels, [known.hear, known.askedHear, askedBoth], phone);
  const askedApart = known.askedRead ?? (known.askedHear && askedBoth);
  const apart = known.hear === null ? askedApart : known.read;
  const read = apart ? initialChannel(channels, [apart, askedBoth], phone) : hear;
  const second = channels.find(({ id }) => id === known.second && id !== read.id) ?? null;
  return { hear, read, second, linked: !apart };
}

/**
 * The choice to begin with. Channels are kept for this tab, the rest for this device.
 *
 * @param {readonly Channel[]} channels
 * @param {string} event its id
 * @param {Pick<Known, 'askedHear' | 'askedRead' | 'askedBoth' | 'phone'>} known
 * @returns {Choice}
 */
export function recallChoice(channels, event, known) {
  const kept = {
    hear: tab.recall(`channel.${event}`),
    read: tab.recall(`read.${event}`),
    second: tab.recall(`second.${event}`),
  };
  const level = device.recall('floor-level');
  // The switch that there was before the levels.
  const before = device.recall('with-floor') === 'yes' ? 'quiet' : 'off';
  return {
    ...initialChannels(channels, { ...kept, ...known }),
    captionsOnly: device.recall('captions-only') === 'yes',
    floorLevel: FLOOR_LEVELS.find((one) => one === level) ?? before,
    lessData: device.recall('less-data') === 'yes',
  };
}

/**
 * Keep a choice.
 *
 * @param {string} event its id
 * @param {Choice} choice
 */
export function rememberChoice(event, choice) {
  const { hear, read, second, linked, captionsOnly, floorLevel, lessData } = choice;
  tab.remember(`channel.${event}`, hear.id);
  tab.remember(`read.${event}`, linked ? '' : read.id);
  tab.remember(`second.${event}`, second?.id ?? '');
  device.remember('captions-only', captionsOnly ? 'yes' : 'no');
  device.remember('floor-level', floorLevel);
  device.remember('less-data', lessData ? 'yes' : 'no');
}
