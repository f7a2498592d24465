/** The announcements that this phone has got, shown and dismissed, kept over reloads. */

/**
 * An announcement as the server tells it.
 *
 * @typedef {object} Announcement
 * @property {string} id
 * @property {number} version grows with each correction
 * @property {string} text
 * @property {string} lang its language; empty if that is not known
 * @property {boolean} urgent
 */

/** @typedef {'received' | 'shown'} Step */

/** More are not remembered; the oldest ones are forgotten first. */
const MOST_REMEMBERED = 60;

export class ShownHere {
  /** The newest version of each step, by the id of the announcement. @type {Map<string, Record<string, number>>} */
  #known;
  #remember;

  /**
   * @param {string | null} remembered what `remember` was given last
   * @param {(text: string) => void} remember keeps a text
   */
  constructor(remembered, remember) {
    this.#known = parsed(remembered);
    this.#remember = remember;
  }

  /**
   * Those that the attendee has not dismissed.
   *
   * @template {Announcement} T
   * @param {readonly T[]} told
   * @returns {T[]}
   */
  left(told) {
    return told.filter(({ id, version }) => (this.#known.get(id)?.dismissed ?? 0) < version);
  }

  /** @param {Announcement} announcement */
  dismiss({ id, version }) {
    this.#note(id, 'dismissed', version);
  }

  /**
   * Take note of a step of an announcement.
   *
   * @param {Announcement} announcement
   * @param {Step} step
   * @returns {boolean} whether it is the first time on this phone
   */
  isFirst({ id, version }, step) {
    if ((this.#known.get(id)?.[step] ?? 0) >= version) return false;
    this.#note(id, step, version);
    return true;
  }

  /**
   * @param {string} id
   * @param {Step | 'dismissed'} step
   * @param {number} version
   */
  #note(id, step, version) {
    const before = this.#known.get(id) ?? {};
    this.#known.delete(id);
    this.#known.set(id, { ...before, [step]: version });
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MOST_REMEMBERED) break;
      this.#known.delete(oldest);
    }
    this.#remember(JSON.stringify([...this.#known]));
  }
}

/**
 * @param {string | null} text
 * @returns {Map<string, Record<string, number>>}
 */
function parsed(text) {
  try {
    return new Map(JSON.parse(text ?? '[]'));
  } catch {
    return new Map();
  }
}
