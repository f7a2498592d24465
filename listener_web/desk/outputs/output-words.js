/** The state of a caption output in words. */
import { say } from '../../i18n/say.js';

/** @typedef {'zoom' | 'youtube' | 'teams' | 'tcp' | 'obs' | 'vmix' | 'webhook'} OutputKind */
/** @typedef {'waiting' | 'sending' | 'retrying' | 'stopped'} OutputState */

/**
 * @typedef {object} CaptionOutput
 * @property {string} id
 * @property {OutputKind} kind
 * @property {string} channel empty for a webhook that is told what happens to the event
 * @property {string} name
 * @property {string} place host and port
 * @property {Record<string, string | number>} options
 * @property {OutputState} state
 * @property {string} reason stable id of what is wrong; empty if nothing is
 * @property {Record<string, string | number>} values
 * @property {number} since_ms
 * @property {number} sent
 * @property {number} missed
 * @property {number | null} sent_at_ms
 * @property {{what: string, at_ms: number}[]} dead messages that were given up and can be sent again
 */

/** The kinds in the order of the form, each with its name and where its address is found. */
export const OUTPUT_KINDS = /** @type {const} */ ({
  zoom: { name: 'outputZoom', how: 'outputZoomHow', example: 'https://wmcapi.zoom.us/closedcaption?id=…' },
  teams: { name: 'outputTeams', how: 'outputTeamsHow', example: 'https://api.captions.office.microsoft.com/…' },
  youtube: { name: 'outputYoutube', how: 'outputYoutubeHow', example: 'http://upload.youtube.com/closedcaption?cid=…' },
  obs: { name: 'outputObs', how: 'outputObsHow', example: 'ws://10.0.0.30:4455' },
  vmix: { name: 'outputVmix', how: 'outputVmixHow', example: 'http://10.0.0.31:8088' },
  tcp: { name: 'outputTcp', how: 'outputTcpHow', example: 'tcp://10.0.0.20:23' },
  webhook: { name: 'outputWebhook', how: 'outputWebhookHow', example: 'https://cms.example/hooks/talks' },
});

/** The colour of each state. */
export const OUTPUT_LOOKS = /** @type {const} */ ({
  waiting: 'idle',
  sending: 'good',
  retrying: 'connecting',
  stopped: 'failed',
});

const REASONS = /** @type {const} */ ({
  answered: 'outputAnswered',
  bad_answer: 'outputBadAnswer',
  connection_lost: 'outputConnectionLost',
  no_such_input: 'outputNoSuchInput',
  not_started: 'outputNotStarted',
  refused: 'outputRefused',
  timed_out: 'outputTimedOut',
  unreachable: 'outputUnreachable',
  unreadable: 'outputUnreadable',
  wrong_password: 'outputWrongPassword',
});

/**
 * @param {Pick<CaptionOutput, 'reason' | 'values'>} failure
 * @returns {string}
 */
export function reasonWords({ reason, values }) {
  if (!Object.hasOwn(REASONS, reason)) return reason.replaceAll('_', ' ');
  return say(REASONS[/** @type {keyof typeof REASONS} */ (reason)], values);
}

/**
 * @param {CaptionOutput} output
 * @returns {string}
 */
export function outputWords(output) {
  const { state, sent, missed } = output;
  const left = missed > 0 ? [say('outputMissed', { count: missed })] : [];
  if (state === 'waiting') return say('outputWaiting');
  if (state === 'sending') {
    return [sent > 0 ? say('outputSent', { count: sent }) : say('outputSending'), ...left].join(' · ');
  }
  const key = state === 'stopped' ? 'outputStopped' : 'outputRetrying';
  return [say(key, { reason: reasonWords(output) }), ...left].join(' · ');
}
