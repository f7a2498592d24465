/**
 * Joins captions to sentences, and sentences to paragraphs.
 *
 * A caption is as long as a subtitle, so a sentence may need several. A page has room for all of it.
 */
import { isUnspaced } from './caption-text.js';

/** A pause after a sentence that begins a paragraph. */
export const PAUSE_MS = 2_000;
/** A pause in the middle of a sentence that begins one. */
export const LONG_PAUSE_MS = 8_000;
/** A paragraph this long ends with its sentence; one twice as long ends in any case. */
export const LONG_CHARACTERS = 160;
const LONG_CHARACTERS_UNSPACED = 70;

const SENTENCE_END = /[.!?…。．！？｡؟۔।॥።၊။។][\s"'”’»›)\]」』）】]*$/u;

/** @param {string} text */
export function endsSentence(text) {
  return SENTENCE_END.test(text);
}

/**
 * Whether a caption begins a paragraph. A paragraph has one speaker.
 *
 * @param {{start_ms: number, speaker?: string}} caption
 * @param {{text: string, end_ms: number, speaker?: string} | null} before the caption before it
 * @param {string} paragraph its text so far
 * @param {string} channel `floor` or a BCP 47 tag
 */
export function beginsParagraph(caption, before, paragraph, channel) {
  if (before === null || (caption.speaker ?? '') !== (before.speaker ?? '')) return true;
  const pauseMs = caption.start_ms - before.end_ms;
  const long = isUnspaced(channel) ? LONG_CHARACTERS_UNSPACED : LONG_CHARACTERS;
  if (pauseMs >= LONG_PAUSE_MS || paragraph.length >= 2 * long) return true;
  return endsSentence(before.text) && (pauseMs >= PAUSE_MS || paragraph.length >= long);
}

/** Marks the first paragraph of every few minutes with the time of day. */
export class TimeMarks {
  static EVERY_MS = 5 * 60_000;
  /** Unix time of position 0 of the event clock, as early as any caption shows it. */
  #startedMs = Infinity;

  /**
   * Learn when the event began from a caption.
   *
   * @param {number} writtenMs Unix time at which it was written
   * @param {number} endMs event clock of its end
   */
  learn(writtenMs, endMs) {
    this.#startedMs = Math.min(this.#startedMs, writtenMs - endMs);
  }

  /**
   * The time of day of a place in the event; null while it is unknown.
   *
   * @param {number} startMs event clock
   */
  timeOf(startMs) {
    return this.#startedMs === Infinity ? null : new Date(this.#startedMs + startMs);
  }

  /**
   * The time to show at a paragraph, if one is due there.
   *
   * @param {number} beforeMs event clock of the beginning of the paragraph before
   * @param {number} startMs event clock of its own beginning
   * @returns {Date | null}
   */
  between(beforeMs, startMs) {
    if (this.#startedMs === Infinity) return null;
    const time = this.#startedMs + startMs;
    const [before, interval] = [this.#startedMs + beforeMs, time].map((ms) =>
      Math.floor(ms / TimeMarks.EVERY_MS),
    );
    return before === interval ? null : new Date(time);
  }
}
