/** Alarms in words, with what to do about them. */
import { say } from '../../i18n/say.js';
import { decimal, languageName, shortMoney, whole } from '../../i18n/written.js';

/**
 * @typedef {object} Alarm
 * @property {string | null} event null for the installation
 * @property {string} id
 * @property {string} subject the channel or edge that it is about
 * @property {number} since_ms
 * @property {'warning' | 'critical'} severity
 * @property {Record<string, string | number | boolean | null>} values
 */

/** Each alarm's name, sentence and next step. */
export const ALARMS = /** @type {const} */ ({
  speaker_gone: ['alarmSpeakerGone', 'alarmSpeakerGoneNext'],
  backup_heard: ['alarmBackup', 'alarmBackupNext'],
  silence: ['alarmSilence', 'alarmSilenceNext'],
  clipping: ['alarmClipping', 'alarmClippingNext'],
  lag: ['alarmLag', 'alarmLagNext'],
  booth_failed: ['alarmBoothFailed', 'alarmBoothFailedNext'],
  spend_cap: ['alarmSpendCap', 'alarmSpendCapNext'],
  floor_gone: ['alarmFloorGone', 'alarmFloorGoneNext'],
  booths_gone: ['alarmBoothsGone', 'alarmBoothsGoneNext'],
  edge_gone: ['alarmEdgeGone', 'alarmEdgeGoneNext'],
  recording_stopped: ['alarmRecordingStopped', 'alarmRecordingStoppedNext'],
  recording_space: ['alarmRecordingSpace', 'alarmRecordingSpaceNext'],
  recording_not_copied: ['alarmNotCopied', 'alarmBucketNext'],
  copies_left: ['alarmCopiesLeft', 'alarmBucketNext'],
  store: ['alarmStore', 'alarmStoreNext'],
  disk: ['alarmDisk', 'alarmDiskNext'],
  certificate: ['alarmCertificate', 'alarmCertificateNext'],
});

/** The names of alarms in the list of sounds. */
export const ALARM_NAMES = /** @type {const} */ ({
  speaker_gone: 'alarmNameSpeakerGone',
  backup_heard: 'alarmNameBackup',
  silence: 'alarmNameSilence',
  clipping: 'alarmNameClipping',
  lag: 'alarmNameLag',
  booth_failed: 'alarmNameBoothFailed',
  spend_cap: 'alarmNameSpendCap',
  floor_gone: 'alarmNameFloorGone',
  booths_gone: 'alarmNameBoothsGone',
  edge_gone: 'alarmNameEdgeGone',
  recording_stopped: 'alarmNameRecordingStopped',
  recording_space: 'alarmNameRecordingSpace',
  recording_not_copied: 'alarmNameNotCopied',
  copies_left: 'alarmNameCopiesLeft',
  store: 'alarmNameStore',
  disk: 'alarmNameDisk',
  certificate: 'alarmNameCertificate',
});

/** @typedef {keyof typeof ALARMS} AlarmId */

/**
 * @param {string} id
 * @returns {id is AlarmId}
 */
function isAlarm(id) {
  return Object.hasOwn(ALARMS, id);
}

/**
 * The name of an alarm.
 *
 * @param {string} id
 */
export function alarmName(id) {
  return isAlarm(id) ? say(ALARM_NAMES[id]) : id;
}

/**
 * A channel as it is called, or the id of an edge.
 *
 * @param {string} subject
 */
export function channelName(subject) {
  return subject === 'floor' ? say('channelFloor') : languageName(subject);
}

/**
 * The sentence of an alarm, and the next step.
 *
 * @param {Alarm} alarm
 * @returns {[string, string]}
 */
export function alarmWords({ id, subject, values }) {
  if (!isAlarm(id)) return [id, ''];
  const [what, next] = ALARMS[id];
  const free = Number(values.free_bytes ?? 0) / 1e9;
  const shown = {
    channel: id === 'edge_gone' ? subject : channelName(subject || 'floor'),
    seconds: id === 'lag' ? decimal(Number(values.seconds)) : whole(Number(values.seconds ?? 0)),
    percent: whole(Number(values.percent ?? 0)),
    cap: shortMoney(Number(values.cap_usd ?? 0)),
    people: whole(Number(values.people ?? 0)),
    days: whole(Number(values.days ?? 0)),
    gigabytes: decimal(free),
    bucket: String(values.bucket ?? ''),
    reason: String(values.reason ?? ''),
  };
  return [say(what, shown), say(next, shown)];
}
