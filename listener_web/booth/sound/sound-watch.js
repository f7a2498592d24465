/** Finds out from levels what is wrong with an interpreter's microphone: clipping, noise, echo. */

/** @typedef {'' | 'clipping' | 'echo' | 'noisy' | 'silent'} MicrophoneProblem */

const KEPT_MS = 8_000;
const CLIPPING_MS = 3_000;
const CLIPPING_DBFS = -0.3;
/** The quietest moments of speech: above this level they are noise. */
const NOISE_DBFS = -42;
const SILENT_DBFS = -90;
const LEAST_MEASURES = 40;
/** Levels that go up and down together this much come from one source. */
const SAME_SOUND = 0.85;
const LEAST_SPREAD_DB = 6;
const LEAST_ECHO_DBFS = -60;
const LOWEST_DBFS = -80;

/**
 * @typedef {object} Measure
 * @property {number} atMs
 * @property {number} rmsDbfs of the microphone
 * @property {number} peakDbfs of the microphone
 * @property {number} heardDbfs of what the headphones play
 */

export class SoundWatch {
  /** @type {Measure[]} */
  #measures = [];

  /** @param {Measure} measure the next one, about twenty in a second */
  add(measure) {
    this.#measures.push(measure);
    const from = measure.atMs - KEPT_MS;
    while ((this.#measures[0]?.atMs ?? Infinity) < from) this.#measures.shift();
  }

  /** Another microphone was opened. */
  forget() {
    this.#measures = [];
  }

  /**
   * What is wrong now.
   *
   * @returns {MicrophoneProblem}
   */
  problem() {
    const last = this.#measures.at(-1);
    if (last === undefined || this.#measures.length < LEAST_MEASURES) return '';
    const recent = this.#measures.filter(({ atMs }) => atMs > last.atMs - CLIPPING_MS);
    if (recent.some(({ peakDbfs }) => peakDbfs > CLIPPING_DBFS)) return 'clipping';
    const levels = this.#measures.map(({ rmsDbfs }) => Math.max(LOWEST_DBFS, rmsDbfs));
    if (Math.max(...this.#measures.map(({ rmsDbfs }) => rmsDbfs)) < SILENT_DBFS) return 'silent';
    const heard = this.#measures.map(({ heardDbfs }) => Math.max(LOWEST_DBFS, heardDbfs));
    if (quantile(levels, 0.9) > LEAST_ECHO_DBFS && goTogether(heard, levels)) return 'echo';
    return quantile(levels, 0.1) > NOISE_DBFS ? 'noisy' : '';
  }
}

/**
 * @param {readonly number[]} values
 * @param {number} part
 */
function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(part * (sorted.length - 1))] ?? LOWEST_DBFS;
}

/**
 * Whether two levels go up and down together. A microphone hears the headphones at once, up to two
 * measures late; what somebody interprets comes seconds later.
 *
 * @param {readonly number[]} heard
 * @param {readonly number[]} own
 */
function goTogether(heard, own) {
  return [0, 1, 2].some((late) => {
    const a = heard.slice(0, heard.length - late);
    const b = own.slice(late);
    const [meanA, meanB] = [mean(a), mean(b)];
    let [ab, aa, bb] = [0, 0, 0];
    a.forEach((value, i) => {
      const [x, y] = [value - meanA, (b[i] ?? meanB) - meanB];
      ab += x * y;
      aa += x * x;
      bb += y * y;
    });
    const spread = Math.sqrt(Math.min(aa, bb) / a.length);
    return spread > LEAST_SPREAD_DB && ab / Math.sqrt(aa * bb) > SAME_SOUND;
  });
}

/** @param {readonly number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
