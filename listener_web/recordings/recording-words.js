/** The state of a recording in words, and lengths and sizes as people read them. */
import { say } from '../i18n/say.js';
import { decimal } from '../i18n/written.js';

/**
 * @typedef {object} RecordedFile
 * @property {string} channel
 * @property {number} size_bytes
 * @property {number} length_ms
 */

/**
 * @typedef {object} RecordedPart
 * @property {number} part
 * @property {number} begun_at_ms
 * @property {number} start_ms
 * @property {boolean} complete
 * @property {RecordedFile[]} files
 */

/**
 * @typedef {object} Upload
 * @property {'sending' | 'sent' | 'failed'} state
 * @property {string} bucket
 * @property {number} sent_bytes
 * @property {number} total_bytes
 * @property {string} reason
 */

/**
 * @typedef {object} Recordings
 * @property {string} title
 * @property {import('../desk/api-types.js').EventState} event_state
 * @property {boolean} record
 * @property {{state: string, part: number, dropped: number, reason: string} | null} report
 * @property {Upload | null} upload
 * @property {'' | 'full' | 'failed' | 'gone'} stopped
 * @property {boolean} folder
 * @property {RecordedPart[]} parts
 */

const STOPPED = /** @type {const} */ ({
  full: 'recordingsFull',
  failed: 'recordingsFailed',
  gone: 'recordingsGone',
});
const PER_MEGABYTE = 1e6;

/**
 * @param {Recordings} recordings
 * @returns {[string, 'idle' | 'good' | 'failed']} the words and their look
 */
export function stateWords({ record, report, stopped, folder, event_state }) {
  if (!folder && (record || event_state === 'closed')) return [say('recordingsNoFolder'), 'failed'];
  if (!record) return [say('recordingsOff'), 'idle'];
  if (stopped !== '') return [say(STOPPED[stopped]), 'failed'];
  if (report?.state === 'recording') return [say('recordingsOn', { part: report.part }), 'good'];
  return [say(event_state === 'closed' ? 'recordingsEnded' : 'recordingsWaiting'), 'idle'];
}

/**
 * @param {Upload} upload of the copies in a bucket
 * @returns {[string, 'idle' | 'good' | 'failed']} the words and their look
 */
export function uploadWords({ state, bucket, sent_bytes, total_bytes, reason }) {
  if (state === 'failed') return [say('recordingsNotCopied', { bucket, reason }), 'failed'];
  if (state === 'sent') return [say('recordingsCopied', { bucket }), 'good'];
  const percent = Math.floor((100 * sent_bytes) / Math.max(total_bytes, 1));
  return [say('recordingsCopying', { bucket, percent }), 'idle'];
}

/**
 * A length such as `1:02:03`.
 *
 * @param {number} ms
 */
export function lengthText(ms) {
  const seconds = Math.floor(ms / 1_000);
  const two = (/** @type {number} */ number) => String(number).padStart(2, '0');
  const hours = Math.floor(seconds / 3_600);
  return `${hours}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/**
 * A size in megabytes.
 *
 * @param {number} bytes
 */
export function sizeText(bytes) {
  return `${decimal(bytes / PER_MEGABYTE)} MB`;
}
