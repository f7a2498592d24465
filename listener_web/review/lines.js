/** The captions of a channel as a reviewer has them: what was said, and what became of it. */

/** @typedef {import('../captions/caption-feed.js').Caption} Caption */

/**
 * @typedef {object} Line
 * @property {string} id of the caption
 * @property {number} start_ms
 * @property {string} text as readers have it, or had it before it was hidden
 * @property {boolean} final
 * @property {number} revision 0 for what was said
 * @property {boolean} corrected
 * @property {boolean} hidden
 * @property {number} writtenMs Unix time of its first version here
 */

/** More are forgotten, the oldest first. */
export const MOST_LINES = 300;

export class ReviewLines {
  /** @type {Map<string, Line>} */
  #lines = new Map();

  /**
   * Take a caption or a revision.
   *
   * @param {Caption} caption
   * @param {number} writtenMs Unix time at which it was written
   * @returns {Line | null} the line as it is now; null if nothing is new
   */
  take(caption, writtenMs) {
    const before = this.#lines.get(caption.id);
    const revision = caption.revision ?? 0;
    if (before === undefined && revision > 0) return null;
    if (before !== undefined && before.final && revision <= before.revision) return null;
    const hidden = caption.hidden ?? false;
    const line = {
      id: caption.id,
      start_ms: caption.start_ms,
      text: hidden && caption.text === '' ? (before?.text ?? '') : caption.text,
      final: caption.final,
      revision,
      corrected: caption.corrected ?? false,
      hidden,
      writtenMs: before?.writtenMs ?? writtenMs,
    };
    this.#lines.set(line.id, line);
    return line;
  }

  /** The ids of the lines that are too many, which are forgotten. */
  forgetOldest() {
    const ids = [...this.#lines.keys()].slice(0, Math.max(0, this.#lines.size - MOST_LINES));
    for (const id of ids) this.#lines.delete(id);
    return ids;
  }

  /** @param {string} id */
  at(id) {
    return this.#lines.get(id) ?? null;
  }

  /**
   * The finished line before or after another one; the newest or the oldest without one.
   *
   * @param {string | null} id
   * @param {-1 | 1} step
   */
  next(id, step) {
    const lines = [...this.#lines.values()].filter(({ final }) => final);
    if (id === null) return (step === -1 ? lines[lines.length - 1] : lines[0]) ?? null;
    const at = lines.findIndex((line) => line.id === id);
    return at < 0 ? null : (lines[at + step] ?? null);
  }
}
