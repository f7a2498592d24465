/**
 * Gives out new words as they come, or by whole lines at a calm pace: a text that grows word by word is
 * hard to follow for some.
 *
 * A line waits until the one before it could be read, but never long. When many come at once, as at the
 * beginning, they are given out at once.
 */
import { endsSentence } from '../captions/paragraphs.js';

/** The time to read a line. */
export const MS_PER_CHARACTER = 40;
export const SHORTEST_MS = 600;
export const LONGEST_MS = 2_000;
/** No line waits longer than this. */
export const LATEST_MS = 3_000;
/** Words that make no whole line are given out after this time. */
export const UNFINISHED_MS = 2_500;
/** When more lines wait, all are given out. */
export const MOST_WAITING = 6;

/** @typedef {import('../captions/caption-feed.js').Caption} Caption */
/** @typedef {(caption: Caption, ...rest: any[]) => void} Show */
/** @typedef {{caption: Caption, rest: any[], sinceMs: number}} Waiting */

export class Pace {
  /** Whether words wait for their line. */
  byLine = false;
  #show;
  #time;
  /** @type {Waiting[]} */
  #lines = [];
  /** The newest version of a caption whose last line is not whole. @type {Waiting | null} */
  #unfinished = null;
  /** How much of a caption's text has been queued or given out, by id. @type {Map<string, number>} */
  #taken = new Map();
  #nextAtMs = 0;
  /** @type {any} */
  #timer;

  /**
   * @param {Show} show
   * @param {object} [time]
   * @param {() => number} time.now in ms
   * @param {(act: () => void, ms: number) => any} time.after
   * @param {(timer: any) => void} time.cancel
   */
  constructor(
    show,
    time = {
      now: () => performance.now(),
      after: (act, ms) => setTimeout(act, ms),
      cancel: (timer) => clearTimeout(timer),
    },
  ) {
    this.#show = show;
    this.#time = time;
  }

  /**
   * Take a version of a caption.
   *
   * @param {Caption} caption
   * @param {...any} rest given out together with it
   */
  take(caption, ...rest) {
    // What was revised was shown before, or waits here.
    if (!this.byLine || caption.revision) {
      this.flush();
      this.#show(caption, ...rest);
      this.#taken.set(caption.id, caption.text.length);
      if (caption.final) this.#taken.delete(caption.id);
      return;
    }
    const sinceMs = this.#time.now();
    const before = this.#unfinished;
    if (before !== null && before.caption.id !== caption.id) this.#finish();
    const taken = this.#taken.get(caption.id) ?? 0;
    const whole = caption.final ? caption.text.length : wholeLength(caption.text);
    for (const end of lineEnds(caption.text, taken, whole, caption.final)) {
      const isLast = caption.final && end === caption.text.length;
      const line = { ...caption, text: caption.text.slice(0, end), final: isLast };
      this.#lines.push({ caption: line, rest, sinceMs });
    }
    this.#taken.set(caption.id, Math.max(taken, whole));
    if (caption.final) this.#taken.delete(caption.id);
    const continued = before?.caption.id === caption.id && whole <= taken;
    this.#unfinished =
      Math.max(taken, whole) < caption.text.length
        ? { caption, rest, sinceMs: continued ? before.sinceMs : sinceMs }
        : null;
    this.#giveOut();
  }

  /** Give out all that waits. */
  flush() {
    this.#finish();
    for (const { caption, rest } of this.#lines.splice(0)) this.#show(caption, ...rest);
    this.#time.cancel(this.#timer);
  }

  /** Forget all that waits, because another channel begins. */
  clear() {
    this.#lines = [];
    this.#unfinished = null;
    this.#taken.clear();
    this.#nextAtMs = 0;
    this.#time.cancel(this.#timer);
  }

  /** Let words that make no whole line wait no longer for the rest of it. */
  #finish() {
    const unfinished = this.#unfinished;
    if (unfinished === null) return;
    this.#unfinished = null;
    this.#lines.push(unfinished);
    this.#taken.set(unfinished.caption.id, unfinished.caption.text.length);
  }

  #giveOut() {
    this.#time.cancel(this.#timer);
    if (this.#lines.length > MOST_WAITING) {
      for (const line of this.#lines.splice(0)) this.#giveOutLine(line);
    }
    for (;;) {
      const now = this.#time.now();
      if (this.#unfinished !== null && now >= this.#unfinished.sinceMs + UNFINISHED_MS) {
        this.#finish();
      }
      const line = this.#lines[0];
      if (line === undefined || now < this.#dueAt(line)) break;
      this.#lines.shift();
      this.#giveOutLine(line);
    }
    const due = this.#lines[0] ? [this.#dueAt(this.#lines[0])] : [];
    if (this.#unfinished !== null) due.push(this.#unfinished.sinceMs + UNFINISHED_MS);
    if (due.length === 0) return;
    const waitMs = Math.max(0, Math.min(...due) - this.#time.now());
    // A timer may be early by a fraction of a millisecond.
    this.#timer = this.#time.after(() => this.#giveOut(), waitMs + 1);
  }

  /** @param {Waiting} line */
  #dueAt(line) {
    return Math.min(this.#nextAtMs, line.sinceMs + LATEST_MS);
  }

  /** @param {Waiting} line */
  #giveOutLine({ caption, rest }) {
    const length = caption.text.length - (caption.text.lastIndexOf('\n') + 1);
    const readMs = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, length * MS_PER_CHARACTER));
    this.#nextAtMs = this.#time.now() + readMs;
    this.#show(caption, ...rest);
  }
}

/**
 * The length of the whole lines and sentences that a text begins with.
 *
 * @param {string} text
 */
function wholeLength(text) {
  if (endsSentence(text)) return text.length;
  return text.lastIndexOf('\n') + 1;
}

/**
 * The ends of the lines between two places. A final caption has one even if nothing is new.
 *
 * @param {string} text
 * @param {number} from
 * @param {number} to
 * @param {boolean} final
 */
function lineEnds(text, from, to, final) {
  const ends = [];
  for (let at = text.indexOf('\n', from); at >= 0 && at < to - 1; at = text.indexOf('\n', at + 1)) {
    if (at + 1 > from) ends.push(at + 1);
  }
  if (to > from || final) ends.push(to);
  return ends;
}
