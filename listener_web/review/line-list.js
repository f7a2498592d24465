/** The captions of one channel on the reviewer's page: rows, the editor, and the keys. */
import { LineEditor } from './line-editor.js';
import { LineRow } from './line-row.js';
import { ReviewLines } from './lines.js';

/** @typedef {import('../captions/caption-feed.js').Caption} Caption */
/** @typedef {import('./lines.js').Line} Line */

const AT_BOTTOM_PX = 60;

/**
 * @typedef {object} ListActs
 * @property {(line: Line, change: {text?: string, hidden?: boolean}) => void} revise
 * @property {() => void} undo
 * @property {() => void} redo
 * @property {() => void} help
 */

export class LineList {
  #place;
  #toNewest;
  #acts;
  #lines = new ReviewLines();
  /** @type {Map<string, LineRow>} */
  #rows = new Map();
  #editor;
  #language = '';
  #time = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: 'medium' });

  /**
   * @param {HTMLElement} place where the rows go; it takes the keys
   * @param {HTMLElement} toNewest shown while the newest lines are out of sight
   * @param {ListActs} acts
   */
  constructor(place, toNewest, acts) {
    this.#place = place;
    this.#toNewest = toNewest;
    this.#acts = acts;
    this.#editor = new LineEditor({
      save: (line, text) => {
        this.#close();
        acts.revise(this.#lines.at(line.id) ?? line, { text });
      },
      cancel: () => this.#close(),
      move: ({ id }, step) => this.#move(id, step),
    });
    place.addEventListener('keydown', (press) => this.#press(press));
    place.addEventListener('scroll', () => this.#showWay(), { passive: true });
    toNewest.addEventListener('click', () => this.#scroll());
  }

  /**
   * Begin with another channel.
   *
   * @param {string} language of its captions; empty for the floor
   */
  begin(language) {
    this.#editor.close();
    this.#language = language;
    this.#lines = new ReviewLines();
    this.#rows.clear();
    this.#place.replaceChildren();
  }

  /**
   * @param {Caption} caption
   * @param {number} writtenMs
   */
  take(caption, writtenMs) {
    const line = this.#lines.take(caption, writtenMs);
    if (line === null) return;
    const atBottom = this.#atBottom;
    let row = this.#rows.get(line.id);
    if (row === undefined) {
      row = new LineRow(line.id, this.#language, {
        edit: (id) => this.#edit(id),
        hide: (id) => this.#hide(id),
      });
      this.#rows.set(line.id, row);
      this.#place.append(row.element);
    }
    row.show(line, this.#time.format(line.writtenMs));
    for (const id of this.#lines.forgetOldest()) {
      this.#rows.get(id)?.element.remove();
      this.#rows.delete(id);
    }
    if (atBottom && this.#editor.line === null) this.#scroll();
    this.#showWay();
  }

  get #atBottom() {
    const { scrollHeight, scrollTop, clientHeight } = this.#place;
    return scrollHeight - scrollTop - clientHeight < AT_BOTTOM_PX;
  }

  #showWay() {
    this.#toNewest.hidden = this.#atBottom;
  }

  #scroll() {
    this.#place.scrollTo({ top: this.#place.scrollHeight, behavior: 'instant' });
    this.#showWay();
  }

  /**
   * @param {string | null} id of the line from which to go on
   * @param {-1 | 1} step
   */
  #move(id, step) {
    const line = this.#lines.next(id, step);
    if (line !== null) this.#edit(line.id);
    else if (step === 1) this.#close();
  }

  /** @param {string} id */
  #edit(id) {
    const [line, row] = [this.#lines.at(id), this.#rows.get(id)];
    if (line === null || row === undefined) return;
    if (this.#editor.line) this.#rows.get(this.#editor.line.id)?.setEdited(false);
    row.body.prepend(this.#editor.element);
    row.setEdited(true);
    this.#editor.open(line, this.#language);
    row.element.scrollIntoView({ block: 'nearest', behavior: 'instant' });
  }

  #close() {
    if (this.#editor.line) this.#rows.get(this.#editor.line.id)?.setEdited(false);
    this.#editor.close();
    this.#place.focus({ preventScroll: true });
    this.#scroll();
  }

  /** @param {string} id */
  #hide(id) {
    const line = this.#lines.at(id);
    if (line !== null) this.#acts.revise(line, { hidden: !line.hidden });
  }

  /** @param {KeyboardEvent} press in the list, and not in the editor */
  #press(press) {
    const target = /** @type {HTMLElement} */ (press.target);
    if (target.closest('.editor') || press.altKey) return;
    const command = press.ctrlKey || press.metaKey;
    // On a keyboard of another script the letter is that of the key's place.
    const typed = press.key.toLowerCase();
    const key = /^[a-z?]/.test(typed) ? typed : press.code.replace('Key', '').toLowerCase();
    const row = /** @type {HTMLElement | null} */ (target.closest('.line'));
    const id = row?.dataset.line ?? null;
    if (command && key !== 'z' && key !== 'y') return;
    const act = {
      arrowup: () => this.#move(id, -1),
      arrowdown: () => (id === null ? undefined : this.#move(id, 1)),
      h: () => this.#hide(id ?? this.#lines.next(null, -1)?.id ?? ''),
      z: () => (press.shiftKey ? this.#acts.redo() : this.#acts.undo()),
      y: () => this.#acts.redo(),
      '?': () => this.#acts.help(),
    }[key];
    if (act === undefined) return;
    press.preventDefault();
    act();
  }
}
