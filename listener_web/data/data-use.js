/** How much data sound and captions have used, and how much they use in an hour at present. */

/** The rate is that of this time. */
const WINDOW_MS = 60_000;
/** Of less time nothing is said. */
const LEAST_MS = 15_000;
const HOUR_MS = 3_600_000;

export class DataUse {
  /** @type {{atMs: number, bytes: number}[]} */
  #samples = [];

  /** Bytes so far. */
  get bytes() {
    return this.#samples[this.#samples.length - 1]?.bytes ?? 0;
  }

  /** Bytes in an hour at the present rate; null while that is not known. */
  get bytesPerHour() {
    const [first] = this.#samples;
    const last = this.#samples[this.#samples.length - 1];
    if (first === undefined || last === undefined) return null;
    const ms = last.atMs - first.atMs;
    return ms < LEAST_MS ? null : ((last.bytes - first.bytes) / ms) * HOUR_MS;
  }

  /**
   * Take a reading. Of the earlier ones, those of the window are kept.
   *
   * @param {number} atMs
   * @param {number} bytes received so far
   */
  add(atMs, bytes) {
    this.#samples.push({ atMs, bytes });
    // One from before the window stays, so that a page that was asleep has a rate at once.
    while (this.#samples.length > 2 && (this.#samples[1]?.atMs ?? atMs) <= atMs - WINDOW_MS) {
      this.#samples.shift();
    }
  }

  /** Begin to measure the rate again: something else is received from now on. */
  restart() {
    this.#samples.splice(0, this.#samples.length - 1);
  }
}

/**
 * An amount of data in words, such as “4.2 MB”.
 *
 * @param {number} bytes
 * @param {string} language a BCP 47 tag
 */
export function amountOf(bytes, language) {
  const megabytes = bytes / 1e6;
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: 'megabyte',
    maximumFractionDigits: megabytes < 10 ? 1 : 0,
  }).format(megabytes);
}
