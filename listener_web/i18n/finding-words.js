/**
 * Says in the page's language what the server finds wrong with an event or with the speaker's sound.
 * The server's own words are English. Those of other languages are found by the ids of its findings.
 */
import { say, wordsLanguage } from './say.js';
import { languageName, listed, money } from './written.js';

/** @typedef {import('../desk/api-types.js').EventLanguage} EventLanguage */
/** @typedef {import('../desk/api-types.js').Warning} Warning */
/**
 * The fields of a report that tell a fault of the sound.
 *
 * @typedef {object} SoundFault
 * @property {string} error
 * @property {string} reason
 * @property {string} stereo_taken
 * @property {string} stereo_faulty
 */

/**
 * A fault of the speaker's sound, for the organizer.
 *
 * @param {SoundFault} fault
 * @returns {string} empty without a fault
 */
export function floorFault(fault) {
  const { error, reason, stereo_taken: taken, stereo_faulty: faulty } = fault;
  const left = faulty === 'left';
  const what = {
    undecodable_audio: say('faultUndecodable'),
    channels_differ: say('faultDiffer'),
    channel_inverted: say('faultInverted'),
    one_channel_silent: say(left ? 'faultLeftSilent' : 'faultRightSilent'),
    one_channel_hums: say(left ? 'faultLeftHums' : 'faultRightHums'),
  }[error];
  if (wordsLanguage() === 'en' || what === undefined) return reason;
  if (error === 'undecodable_audio' || error === 'channels_differ') return what;
  return `${what} ${heardOf(taken, faulty)}`;
}

/**
 * The same for the speaker.
 *
 * @param {SoundFault} fault
 */
export function speakerFault(fault) {
  const { error, reason, stereo_taken: taken, stereo_faulty: faulty } = fault;
  const left = faulty === 'left';
  const what = {
    undecodable_audio: say('faultUndecodable'),
    channels_differ: say('speakerDiffer'),
    channel_inverted: say('speakerInverted'),
    one_channel_silent: say(left ? 'speakerLeftSilent' : 'speakerRightSilent'),
    one_channel_hums: say(left ? 'speakerLeftHums' : 'speakerRightHums'),
  }[error];
  if (wordsLanguage() === 'en' || what === undefined) return reason;
  if (error === 'undecodable_audio' || error === 'channels_differ') return what;
  const heard = taken !== 'both' && taken !== faulty;
  return `${what} ${say(heard ? 'speakerHeard' : 'speakerAskOrganizer')}`;
}

/** @type {ReadonlyMap<string, import('./say.js').OrganizerKey>} */
const WARNINGS = new Map([
  ['stage_key_unreadable', 'warnStageKey'],
  ['same_interpretation', 'warnSameInterpretation'],
  ['only_written', 'warnOnlyWritten'],
  ['not_interpreted', 'warnNotInterpreted'],
  ['not_translated', 'warnNotTranslated'],
  ['source_language_needed', 'warnSourceLanguage'],
  ['no_source_captions', 'warnNoSourceCaptions'],
  ['too_many_sessions', 'warnTooManySessions'],
  ['provider_untried', 'warnProviderUntried'],
  ['provider_not_set_up', 'warnProviderMissing'],
  ['standby_costs', 'warnStandbyCosts'],
  ['standby_missing', 'warnStandbyMissing'],
]);

/**
 * A warning about an event.
 *
 * @param {Warning} warning
 * @param {readonly EventLanguage[]} languages of the event
 */
export function warningWords({ id, languages: tags, message, hint, values }, languages) {
  const key = WARNINGS.get(id);
  if (wordsLanguage() === 'en' || key === undefined) return `${message} ${hint}`;
  const names = tags.map((tag) => {
    const english = languages.find((language) => language.tag === tag)?.english_name;
    return languageName(tag, english);
  });
  return say(key, { languages: listed(names), cost: money(values?.['usd_per_hour'] ?? 0) });
}

/**
 * Which channel of a faulty input is heard, and what to do about it.
 *
 * @param {string} taken
 * @param {string} faulty
 */
function heardOf(taken, faulty) {
  if (taken === 'both') return say('faultBothMixed');
  if (taken === faulty) return say(taken === 'left' ? 'faultLeftChosen' : 'faultRightChosen');
  return say(taken === 'left' ? 'faultOnlyLeft' : 'faultOnlyRight');
}
