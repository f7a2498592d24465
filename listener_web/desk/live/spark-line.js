/**
 * A small line of the last minutes. It repeats a figure next to it, so screen readers skip it.
 *
 * The lines go on after a reload. Another page, of this desk or of a second one, begins with empty
 * lines: a line shows only what its page has seen.
 */
import { tab } from '../../shared/storage.js';
import { History } from './history.js';

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 100;
const HEIGHT = 24;
const KEPT = 'live-lines';

/** @type {Map<string, History>} */
const histories = new Map();
/** @type {Record<string, [atMs: number, value: number][]> | null} */
let before = null;

addEventListener('pagehide', () => {
  const all = [...histories].map(([name, history]) => [name, history.samples()]);
  tab.remember(KEPT, JSON.stringify(Object.fromEntries(all)));
});

export class SparkLine {
  /** The picture. */
  element = document.createElementNS(SVG, 'svg');
  history;
  #line = document.createElementNS(SVG, 'polyline');
  #least;

  /**
   * @param {string} name of the figure, told from all others
   * @param {number} least the scale reaches at least up to this value
   */
  constructor(name, least) {
    this.history = historyOf(name);
    this.#least = least;
    this.element.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
    this.element.setAttribute('preserveAspectRatio', 'none');
    this.element.setAttribute('aria-hidden', 'true');
    this.element.classList.add('spark');
    this.element.append(this.#line);
  }

  /**
   * @param {number} atMs
   * @param {number} value
   */
  push(atMs, value) {
    this.history.push(atMs, value);
    const points = this.history.points(WIDTH, HEIGHT, this.#least);
    if (this.#line.getAttribute('points') !== points) this.#line.setAttribute('points', points);
  }
}

/**
 * What was seen of a figure, also before the page was loaded again.
 *
 * @param {string} name
 */
function historyOf(name) {
  const earlier = (before ??= kept());
  let history = histories.get(name);
  if (history === undefined) {
    history = new History();
    for (const [atMs, value] of earlier[name] ?? []) history.push(atMs, value);
    histories.set(name, history);
  }
  return history;
}

function kept() {
  try {
    return Object(JSON.parse(tab.recall(KEPT) ?? '{}'));
  } catch {
    return {};
  }
}
