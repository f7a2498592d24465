/** The AI's version of the channel: pieces of text, of which sentences are made. */

const LONGEST_PARAGRAPH = 240;
const SENTENCE_END = /[.!?…。！？؟।]["”»’)]?\s*$/u;

/** Joins pieces to paragraphs. */
export class CribText {
  #number = 0;
  #text = '';

  /**
   * @param {string} piece the next one, with the spaces that belong to it
   * @returns {{id: string, text: string}} the paragraph as it is now
   */
  add(piece) {
    const full = SENTENCE_END.test(this.#text) && this.#text.length > LONGEST_PARAGRAPH / 2;
    if (full || this.#text.length > 2 * LONGEST_PARAGRAPH) {
      this.#number += 1;
      this.#text = '';
    }
    this.#text += this.#text === '' ? piece.trimStart() : piece;
    return { id: String(this.#number), text: this.#text };
  }
}
