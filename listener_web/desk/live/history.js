/** The last minutes of a figure, as a line, and the pace at which it grows. */

/** Five minutes at a value a second, thinned to what a small line can show. */
const LONGEST_MS = 5 * 60_000;
const LEAST_STEP_MS = 2_000;
/** Costs are written down every five seconds, so a shorter time says nothing about their pace. */
const LEAST_PACE_MS = 30_000;
/** The line stays below the figure above it. */
const HEADROOM = 1.2;

/** @typedef {{atMs: number, value: number}} Sample */

export class History {
  /** @type {Sample[]} */
  #samples = [];

  /**
   * Take a value. Of values that follow each other closely the largest is kept.
   *
   * @param {number} atMs
   * @param {number} value
   */
  push(atMs, value) {
    const last = this.#samples.at(-1);
    if (last && atMs - last.atMs < LEAST_STEP_MS) last.value = Math.max(last.value, value);
    else this.#samples.push({ atMs, value });
    while ((this.#samples[0]?.atMs ?? atMs) < atMs - LONGEST_MS) this.#samples.shift();
  }

  /** All values with their times, the oldest first. @returns {[atMs: number, value: number][]} */
  samples() {
    return this.#samples.map(({ atMs, value }) => [atMs, value]);
  }

  /** How many values there are. */
  get length() {
    return this.#samples.length;
  }

  /**
   * The points of an SVG polyline; an empty string while there is no line.
   *
   * @param {number} width
   * @param {number} height
   * @param {number} least the line's scale reaches at least up to this value
   */
  points(width, height, least = 1) {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last || first === last) return '';
    const top = Math.max(least, HEADROOM * Math.max(...this.#samples.map(({ value }) => value)));
    const span = last.atMs - first.atMs;
    return this.#samples
      .map(({ atMs, value }) => {
        const x = ((atMs - first.atMs) / span) * width;
        return `${x.toFixed(1)},${(height - (value / top) * height).toFixed(1)}`;
      })
      .join(' ');
  }

  /** How much it grows in an hour; null while too little is known. */
  get perHour() {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last || last.atMs - first.atMs < LEAST_PACE_MS) return null;
    return Math.max(0, ((last.value - first.value) * 3_600_000) / (last.atMs - first.atMs));
  }
}
