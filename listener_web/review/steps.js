/** The steps of a reviewer, so that each can be undone and done again. */

/** @typedef {{text: string, hidden: boolean}} Look of a line */

/**
 * @typedef {object} Step
 * @property {string} channel
 * @property {string} caption id
 * @property {Look} before
 * @property {Look} after
 * @property {number} revision that the step made
 */

/** More are forgotten, the oldest first. */
export const MOST_STEPS = 100;

export class Steps {
  /** @type {Step[]} */
  #done = [];
  /** @type {Step[]} */
  #undone = [];

  /** @param {Step} step that was done just now; what was undone before cannot be done again */
  did(step) {
    this.#done.push(step);
    if (this.#done.length > MOST_STEPS) this.#done.shift();
    this.#undone = [];
  }

  get undoable() {
    return this.#done[this.#done.length - 1] ?? null;
  }

  get redoable() {
    return this.#undone[this.#undone.length - 1] ?? null;
  }

  /** @param {number} revision that undoing the last step has made */
  undid(revision) {
    const step = this.#done.pop();
    if (step) this.#undone.push({ ...step, revision });
  }

  /** @param {number} revision that doing the last undone step again has made */
  redid(revision) {
    const step = this.#undone.pop();
    if (step) this.#done.push({ ...step, revision });
  }

  /**
   * Somebody else has changed the line of a step: it cannot be undone, or done again.
   *
   * @param {Step} step
   */
  drop(step) {
    this.#done = this.#done.filter((one) => one !== step);
    this.#undone = this.#undone.filter((one) => one !== step);
  }
}
