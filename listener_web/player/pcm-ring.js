/** Sound that waits to be played: mono samples in a ring, and edits that shorten or lengthen it. */

const CAPACITY = 1 << 18; // 5.4 s at 48 kHz
const MASK = CAPACITY - 1;

// Pitch periods of speech, in samples at 48 kHz: 2.5 ms to 15 ms.
const MIN_PERIOD = 120;
const MAX_PERIOD = 720;
const COMPARED = 480;
const COARSE_STEP = 4;
const LIKE_ENOUGH = 0.55;
const QUIET_ENERGY = COMPARED * 0.003 ** 2;

/** Positions count samples and never wrap; only the array behind them does. */
export class PcmRing {
  #data = new Float32Array(CAPACITY);
  /** Position of the next sample to play. */
  read = 0;
  /** Position behind the newest sample. */
  write = 0;

  /** Samples waiting. */
  get fill() {
    return this.write - this.read;
  }

  /** @param {number} position */
  at(position) {
    return /** @type {number} */ (this.#data[position & MASK]);
  }

  /**
   * Add samples. When there is no room, the oldest are lost.
   *
   * @param {Float32Array} samples
   */
  push(samples) {
    for (let i = 0; i < samples.length; i++) {
      this.#data[(this.write + i) & MASK] = /** @type {number} */ (samples[i]);
    }
    this.write += samples.length;
    // Room for one repeated period is kept before the read position.
    this.read = Math.max(this.read, this.write - CAPACITY + MAX_PERIOD);
  }

  /**
   * Add silence, and fade out the sound before it.
   *
   * @param {number} count samples of silence
   * @param {number} fade samples to fade
   */
  pushSilence(count, fade) {
    const faded = Math.min(fade, this.fill);
    for (let i = 1; i <= faded; i++) this.#data[(this.write - i) & MASK] *= (i - 1) / faded;
    this.push(new Float32Array(count));
  }

  /**
   * Leave out `count` samples. The first `fade` samples after them are a blend of both sides.
   *
   * @param {number} count
   * @param {number} fade at most `count`
   */
  skip(count, fade) {
    for (let i = 0; i < fade; i++) {
      const share = i / fade;
      const target = (this.read + count + i) & MASK;
      this.#data[target] = this.at(this.read + i) * (1 - share) + this.at(target) * share;
    }
    this.read += count;
  }

  /**
   * Leave out one pitch period, if one is found.
   *
   * @returns {number} samples left out, 0 for none
   */
  cutPeriod() {
    const period = this.#period();
    if (period > 0) this.skip(period, period);
    return period;
  }

  /**
   * Play one pitch period twice, if one is found.
   *
   * @returns {number} samples gained, 0 for none
   */
  repeatPeriod() {
    const period = this.#period();
    const original = Array.from({ length: 2 * period }, (_, i) => this.at(this.read + i));
    for (let i = 0; i < period; i++) {
      const share = i / period;
      const first = /** @type {number} */ (original[i]);
      const second = /** @type {number} */ (original[period + i]);
      this.#data[(this.read - period + i) & MASK] = first;
      this.#data[(this.read + i) & MASK] = second * (1 - share) + first * share;
    }
    this.read -= period;
    return period;
  }

  /** The period at which the next samples repeat themselves best, or 0 when they do not. */
  #period() {
    if (this.fill < COMPARED + 2 * MAX_PERIOD) return 0;
    const coarse = this.#best(MIN_PERIOD, MAX_PERIOD, COARSE_STEP);
    if (coarse.likeness === Infinity) return coarse.period;
    const from = Math.max(MIN_PERIOD, coarse.period - COARSE_STEP);
    const to = Math.min(MAX_PERIOD, coarse.period + COARSE_STEP);
    const fine = this.#best(from, to, 1);
    return fine.likeness > LIKE_ENOUGH ? fine.period : 0;
  }

  /**
   * The period of highest normalised correlation; silence is like itself at any period.
   *
   * @param {number} from
   * @param {number} to
   * @param {number} step distance of periods tried and of samples compared
   */
  #best(from, to, step) {
    const here = this.#energy(this.read, step);
    if (here < QUIET_ENERGY / step) return { period: to, likeness: Infinity };
    let period = from;
    let likeness = -1;
    for (let lag = from; lag <= to; lag += step) {
      let product = 0;
      for (let i = 0; i < COMPARED; i += step) {
        product += this.at(this.read + i) * this.at(this.read + lag + i);
      }
      const candidate = product / Math.sqrt(here * this.#energy(this.read + lag, step) + 1e-12);
      if (candidate > likeness) [period, likeness] = [lag, candidate];
    }
    return { period, likeness };
  }

  /**
   * @param {number} start
   * @param {number} step
   */
  #energy(start, step) {
    let energy = 0;
    for (let i = 0; i < COMPARED; i += step) energy += this.at(start + i) ** 2;
    return energy;
  }
}
