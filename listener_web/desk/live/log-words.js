/** Entries of an event's log in words. */
import { isKey, say } from '../../i18n/say.js';
import { alarmName, alarmWords, channelName } from './alarm-words.js';

/**
 * @typedef {object} LogEntry
 * @property {number} number
 * @property {number} at_ms
 * @property {string} what
 * @property {string} actor
 * @property {Record<string, any>} values
 * @property {number} times how often it was done
 */

const WORDS = /** @type {const} */ ({
  event_created: 'logEventCreated',
  event_edited: 'logEventEdited',
  stage_key_replaced: 'logStageKeyReplaced',
  state_changed: 'logStateChanged',
  channel_added: 'logChannelAdded',
  channel_removed: 'logChannelRemoved',
  interpreter_switched: 'logInterpreterSwitched',
  voice_changed: 'logVoiceChanged',
  services_changed: 'logServicesChanged',
  always_on_changed: 'logAlwaysOnChanged',
  booth_restarted: 'logBoothRestarted',
  booth_failed: 'logBoothFailed',
  booth_recovered: 'logBoothRecovered',
  booth_reconnected: 'logBoothReconnected',
  engine_changed: 'logEngineChanged',
  engine_returned: 'logEngineReturned',
  speaker_came: 'logSpeakerCame',
  speaker_left: 'logSpeakerLeft',
  alarm_raised: 'logAlarmRaised',
  alarm_cleared: 'logAlarmCleared',
  token_created: 'logTokenCreated',
  token_revoked: 'logTokenRevoked',
  channel_taken: 'logChannelTaken',
  channel_released: 'logChannelReleased',
  passage_flagged: 'logPassageFlagged',
  caption_corrected: 'logCaptionCorrected',
  caption_hidden: 'logCaptionHidden',
  caption_shown: 'logCaptionShown',
  replacement_added: 'logReplacementAdded',
  replacement_removed: 'logReplacementRemoved',
  interpretation_tried: 'logInterpretationTried',
  event_rehearsed: 'logEventRehearsed',
  signed_in: 'logSignedIn',
  output_added: 'logOutputAdded',
  output_address_replaced: 'logOutputReplaced',
  output_removed: 'logOutputRemoved',
  event_deleted: 'logEventDeleted',
  screen_changed: 'logScreenChanged',
  inputs_changed: 'logInputsChanged',
  pulled_input_started: 'logPulledStarted',
  pulled_input_stopped: 'logPulledStopped',
  announcement_made: 'logAnnouncementMade',
  announcement_corrected: 'logAnnouncementCorrected',
  announcement_withdrawn: 'logAnnouncementWithdrawn',
  announcement_restored: 'logAnnouncementRestored',
  recording_switched_on: 'logRecordingSwitchedOn',
  recording_switched_off: 'logRecordingSwitchedOff',
});

/**
 * @param {LogEntry} entry
 * @returns {string}
 */
export function logWords({ what, values }) {
  if (!Object.hasOwn(WORDS, what)) return what.replaceAll('_', ' ');
  const key = WORDS[/** @type {keyof typeof WORDS} */ (what)];
  return say(key, {
    channel: channelName(String(values.channel ?? 'floor')),
    fields: (values.fields ?? []).map(fieldName).join(', '),
    name: String(values.name ?? ''),
    screen: String(values.screen ?? ''),
    role: roleName(values.role),
    event: String(values.event ?? ''),
    place: String(values.place ?? ''),
    before: stateName(values.before),
    after: stateName(values.after),
    error: String(values.error ?? ''),
    alarm: what === 'alarm_raised' ? raised(values) : alarmName(String(values.alarm ?? '')),
  });
}

/** @param {Record<string, any>} values */
function raised({ alarm, subject, severity, ...values }) {
  return alarmWords({ event: null, id: alarm, subject, severity, since_ms: 0, values })[0];
}

/** @param {string} field */
function fieldName(field) {
  const key = `field_${field}`;
  return isKey(key) ? say(key) : field.replaceAll('_', ' ');
}

/** @param {unknown} role */
function roleName(role) {
  const key = `role_${String(role ?? '')}`;
  return isKey(key) ? say(key) : String(role ?? '');
}

/** @param {unknown} name of a state, or of an interpreter */
function stateName(name) {
  const text = String(name ?? '');
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  for (const key of [`state${capital}`, `engine${capital}`]) if (isKey(key)) return say(key);
  return text;
}
