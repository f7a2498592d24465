/** Questions that wait for an attendee: one is asked at a time, the most urgent one first. */

/** After an answer nothing is asked for this long. */
export const REST_MS = 60_000;
/** The most urgent one first. */
const ORDER = /** @type {const} */ (['less-data', 'put-away']);

/**
 * @typedef {object} Question
 * @property {typeof ORDER[number]} id
 * @property {string} title
 * @property {string} [more] a sentence under the title
 * @property {string} yes
 * @property {string} no
 * @property {() => void} asked called when the attendee sees it
 * @property {() => void} accept called from the tap on yes
 */

export class QuestionQueue {
  /** @type {Question | null} */
  #current = null;
  /** @type {Question[]} */
  #waiting = [];
  #rests = false;
  #show;

  /** @param {(question: Question | null) => void} show gets the question to show; null for none */
  constructor(show) {
    this.#show = show;
  }

  /** @param {Question} question to be asked once, unless it waits or is shown already */
  ask(question) {
    if ([this.#current, ...this.#waiting].some((one) => one?.id === question.id)) return;
    this.#waiting.push(question);
    this.#waiting.sort((a, b) => ORDER.indexOf(a.id) - ORDER.indexOf(b.id));
    this.#next();
  }

  /** @param {Question['id']} id of a question that has become pointless */
  withdraw(id) {
    this.#waiting = this.#waiting.filter((one) => one.id !== id);
    if (this.#current?.id === id) this.#end();
    this.#next();
  }

  /** @param {boolean} yes the answer to the question that is shown */
  answer(yes) {
    const answered = this.#current;
    if (answered === null) return;
    this.#rests = true;
    setTimeout(() => {
      this.#rests = false;
      this.#next();
    }, REST_MS);
    this.#end();
    if (yes) answered.accept();
  }

  #next() {
    if (this.#current !== null || this.#rests) return;
    this.#current = this.#waiting.shift() ?? null;
    if (this.#current === null) return;
    this.#show(this.#current);
    this.#current.asked();
  }

  #end() {
    this.#current = null;
    this.#show(null);
  }
}
