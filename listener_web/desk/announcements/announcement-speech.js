/** The words for what became of an announcement on the channels that are to speak it. */
import { say } from '../../i18n/say.js';
import { languageName, listed } from '../../i18n/written.js';

/** @typedef {'waiting' | 'speaking' | 'spoken' | 'unspoken'} SpeechState */
/** @typedef {{state: SpeechState, reason: string}} SpeechReport */

const WHY = /** @type {const} */ ({
  human_on_air: 'announceWhyHuman',
  spend_cap: 'announceWhyCap',
  no_text: 'announceWhyNoText',
  not_offered: 'announceWhyNotOffered',
  provider_failed: 'announceWhyFailed',
  no_pause: 'announceWhyNoPause',
  no_listener: 'announceWhyNoListener',
  interrupted: 'announceWhyInterrupted',
});
const GROUPS = /** @type {const} */ ([
  ['spoken', 'announceSpoken'],
  ['waiting', 'announceWaiting'],
  ['unspoken', 'announceUnspoken'],
]);

/**
 * What became of an announcement on each language channel, in words; empty if it is not to be spoken.
 *
 * @param {Pick<import('./announcement-item.js').DeskAnnouncement, 'speak' | 'speak_until' | 'speech' | 'state'>} announcement
 * @param {readonly string[]} tags of the event's languages
 * @param {number} nowMs
 */
export function speechWords(announcement, tags, nowMs) {
  if (!announcement.speak) return '';
  const reports = tags.map((tag) => ({ tag, ...reportOn(announcement, tag, nowMs) }));
  return GROUPS.map(([state, words]) => {
    const languages = reports.filter((one) => one.state === state).map(named);
    return languages.length > 0 ? say(words, { languages: listed(languages) }) : '';
  })
    .filter((words) => words !== '')
    .join(' · ');
}

/**
 * @param {Parameters<typeof speechWords>[0]} announcement
 * @param {string} tag
 * @param {number} nowMs
 * @returns {{state: 'waiting' | 'spoken' | 'unspoken', reason: string}}
 */
function reportOn({ speak_until, speech, state }, tag, nowMs) {
  const report = speech[tag];
  if (report?.state === 'spoken' || report?.state === 'unspoken') return { state: report.state, reason: report.reason };
  const waits = state === 'active' && speak_until !== null && nowMs < Date.parse(speak_until);
  if (report?.state === 'speaking' || waits) return { state: 'waiting', reason: report?.reason ?? '' };
  return { state: 'unspoken', reason: report?.reason ?? 'no_listener' };
}

/** @param {{tag: string, reason: string}} report */
function named({ tag, reason }) {
  const language = languageName(tag);
  const why = Object.entries(WHY).find(([known]) => known === reason);
  return why === undefined ? language : say('announceWhy', { language, reason: say(why[1]) });
}
