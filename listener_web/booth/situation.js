/** The situation of an interpreter at a glance: whose turn it is, and what listeners hear. */

/**
 * The turn of a channel, as the server keeps it.
 *
 * @typedef {object} Turn
 * @property {string} interpreter empty for the AI
 * @property {string} name
 * @property {number} since_ms
 * @property {boolean} muted
 * @property {string} requested_by
 * @property {string} handover_to
 * @property {number} handover_at_ms
 */

/** @typedef {{on_air: string, on_air_name: string, on_air_reason: string, state: string, reason: string}} Booth */

/**
 * @typedef {object} Facts
 * @property {string} me id of the interpreter of this console
 * @property {Turn} turn
 * @property {Booth | null} booth null while it does not report
 * @property {string} event its state
 * @property {boolean} connected to the server
 * @property {import('../stage/publisher.js').PublisherState} microphone
 * @property {boolean} elsewhere whether another device with the same link has the microphone
 * @property {boolean} coughing
 * @property {number} nowMs by the server's clock
 */

/**
 * @typedef {'offline' | 'over' | 'elsewhere' | 'waiting' | 'on-air' | 'muted' | 'cough' | 'unheard' | 'no-microphone'
 *   | 'partner' | 'ai'} SituationKind
 */

/**
 * @typedef {object} Situation
 * @property {SituationKind} kind
 * @property {boolean} mine whether this interpreter has the channel
 * @property {'you' | 'partner' | 'ai' | 'original' | 'nothing' | ''} heard by listeners; empty if
 *   that is not known
 * @property {string} reason why the AI is heard instead of the interpreter, as the booth says
 */

/** The booth reports once a second: until then it says what was before. */
const REPORTED_AFTER_MS = 2_500;
/** A booth that has not reported for so long has ended: nobody listens, or its process is gone. */
export const REPORT_KEPT_MS = 5_000;

/** @type {Turn} */
export const NO_TURN = {
  interpreter: '',
  name: '',
  since_ms: 0,
  muted: false,
  requested_by: '',
  handover_to: '',
  handover_at_ms: 0,
};

/**
 * @param {Facts} facts
 * @returns {Situation}
 */
export function situationOf(facts) {
  const mine = facts.turn.interpreter !== '' && facts.turn.interpreter === facts.me;
  const reason = facts.booth?.on_air_reason ?? '';
  const heard = heardBy(facts, mine);
  /** @param {SituationKind} kind */
  const found = (kind) => ({ kind, mine, heard, reason });
  if (!facts.connected) return { kind: 'offline', mine, heard: mine ? 'ai' : '', reason: '' };
  if (['closed', 'archived', 'deleted'].includes(facts.event)) return found('over');
  if (facts.elsewhere) return found('elsewhere');
  if (!mine) {
    if (facts.turn.interpreter !== '') return found('partner');
    return found(facts.event === 'live' ? 'ai' : 'waiting');
  }
  if (facts.microphone !== 'live') return { ...found('no-microphone'), heard: 'ai' };
  if (facts.event !== 'live') return found('waiting');
  if (facts.coughing) return { ...found('cough'), heard: 'nothing' };
  if (facts.turn.muted) return { ...found('muted'), heard: 'nothing' };
  return found(heard === 'you' || heard === '' ? 'on-air' : 'unheard');
}

/**
 * @param {Facts} facts
 * @param {boolean} mine
 * @returns {Situation['heard']}
 */
function heardBy({ booth, turn, event, nowMs }, mine) {
  if (event !== 'live') return '';
  const holder = mine ? 'you' : turn.interpreter === '' ? 'ai' : 'partner';
  if (nowMs - turn.since_ms < REPORTED_AFTER_MS) return holder;
  if (booth === null) return '';
  if (booth.on_air === 'human') return holder === 'ai' ? 'partner' : holder;
  return booth.on_air === 'floor' ? 'original' : 'ai';
}
