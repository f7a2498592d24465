/** The verdicts of a sound check: their order, and what the floor's measures mean. */

/** @typedef {'green' | 'grey' | 'amber' | 'red'} Light */

/**
 * @typedef {object} Verdict
 * @property {string} check id of what was checked
 * @property {Light} light
 * @property {string} problem id of what is wrong, or empty
 * @property {Readonly<Record<string, string | number>>} values
 * @property {string} message the same in English
 * @property {string} hint the next step in English
 */

/**
 * The fields of a report of the floor that tell how the speaker sounds.
 *
 * @typedef {object} HeardFloor
 * @property {boolean} publisher
 * @property {string} error
 * @property {string} reason
 * @property {string} stereo_taken
 * @property {string} stereo_faulty
 * @property {{measured_s: number, faults: readonly string[], [name: string]: unknown}} [microphone]
 */

/** @type {Readonly<Record<Light, number>>} */
const SEVERITY = { green: 0, grey: 1, amber: 2, red: 3 };
const RED_FAULTS = ['no_signal', 'silent', 'tone', 'steady_noise'];
/** Seconds of sound before it is judged. */
const LEAST_S = 5;

/**
 * The one light for many verdicts.
 *
 * @param {readonly Light[]} lights
 * @returns {Light}
 */
export function worstOf(lights) {
  /** @type {Light} */
  const first = lights.length > 0 ? 'green' : 'grey';
  return lights.reduce((worst, light) => (SEVERITY[light] > SEVERITY[worst] ? light : worst), first);
}

/**
 * How the speaker sounds at this moment. The server judges alike for its API.
 *
 * @param {HeardFloor | null} floor
 * @returns {Verdict}
 */
export function microphoneVerdict(floor) {
  if (floor === null || !floor.publisher) return verdict('grey', 'not_connected');
  const { microphone, error, stereo_taken: taken, stereo_faulty: faulty } = floor;
  const [fault] = microphone?.faults ?? [];
  if (fault !== undefined) return verdict(RED_FAULTS.includes(fault) ? 'red' : 'amber', fault);
  if (error !== '') {
    const lost = (taken === 'both' || taken === faulty) && error !== 'channels_differ';
    return { ...verdict(lost ? 'red' : 'amber', error), message: floor.reason };
  }
  if ((microphone?.measured_s ?? 0) < LEAST_S) return verdict('grey', 'listening');
  return verdict('green', '');
}

/**
 * All verdicts as they are now: those of the last check, with the microphone and the store of this
 * moment.
 *
 * @param {readonly Verdict[]} results of the last check
 * @param {Verdict} microphone
 * @param {{ready: boolean, message: string, hint: string} | null} store
 * @returns {Verdict[]}
 */
export function verdictsNow(results, microphone, store) {
  const kept = results.filter(({ check }) => check !== 'microphone');
  const now = kept.map((result) => (result.check === 'store' ? (storeVerdict(store) ?? result) : result));
  const failed = store !== null && !store.ready && !kept.some(({ check }) => check === 'store');
  const more = failed ? [storeVerdict(store)] : [];
  return [microphone, ...now, ...more].filter((one) => one !== null);
}

/**
 * @param {{ready: boolean, message: string, hint: string} | null} store
 * @returns {Verdict | null} null while nothing is known
 */
function storeVerdict(store) {
  if (store === null) return null;
  const values = {};
  const { message, hint } = store;
  if (store.ready) return { check: 'store', light: 'green', problem: '', values, message, hint };
  return { check: 'store', light: 'red', problem: 'store_failed', values, message, hint };
}

/**
 * @param {Light} light
 * @param {string} problem
 * @returns {Verdict}
 */
function verdict(light, problem) {
  return { check: 'microphone', light, problem, values: {}, message: '', hint: '' };
}
