/** A small line of the last minutes. It repeats a figure next to it, so screen readers skip it. */
import { History } from './history.js';

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 100;
const HEIGHT = 24;

export class SparkLine {
  /** The picture. */
  element = document.createElementNS(SVG, 'svg');
  history = new History();
  #line = document.createElementNS(SVG, 'polyline');
  #least;

  /** @param {number} least the scale reaches at least up to this value */
  constructor(least) {
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
