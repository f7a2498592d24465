/** The terms of a talk for an interpreter: which of them were said, and how to find one. */

/** @typedef {{term: string, translation: string}} Term */

/** A term that was said stays lit for this long. */
export const LIT_MS = 15_000;

/** @param {string} text */
function folded(text) {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase();
}

/**
 * Those whose term or translation has a text, whatever its accents and capitals.
 *
 * @param {readonly Term[]} terms
 * @param {string} wanted
 */
export function matching(terms, wanted) {
  const part = folded(wanted.trim());
  if (part === '') return [...terms];
  return terms.filter(({ term, translation }) => folded(`${term}\n${translation}`).includes(part));
}

/**
 * Those whose term is said in a text, as words of their own. In a script without spaces between words
 * they are found anywhere.
 *
 * @param {readonly Term[]} terms
 * @param {string} text
 */
export function saidIn(terms, text) {
  const said = folded(text).replace(/\s+/g, ' ');
  return terms.filter(({ term }) => {
    const word = folded(term).replace(/\s+/g, ' ').trim();
    if (word === '') return false;
    if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(word)) {
      return said.includes(word);
    }
    const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?:e?s)?(?![\\p{L}\\p{N}])`, 'u').test(said);
  });
}

/** Remembers which terms were said a moment ago. */
export class SaidTerms {
  /** @type {Map<string, number>} */
  #saidAt = new Map();

  /**
   * @param {readonly Term[]} terms
   * @param {string} text that was said just now
   * @param {number} nowMs
   */
  note(terms, text, nowMs) {
    for (const { term } of saidIn(terms, text)) this.#saidAt.set(term, nowMs);
  }

  /**
   * Whether a term was said a moment ago.
   *
   * @param {string} term
   * @param {number} nowMs
   */
  isLit(term, nowMs) {
    return nowMs - (this.#saidAt.get(term) ?? -Infinity) < LIT_MS;
  }

  /**
   * When a term was said last; 0 for never.
   *
   * @param {string} term
   */
  saidAtMs(term) {
    return this.#saidAt.get(term) ?? 0;
  }
}
