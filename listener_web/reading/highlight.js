/** Marks the words of a search in captions that are on the page. */
import { h } from '../shared/dom.js';
import { placesOf } from './fold.js';

/**
 * Mark a query in captions that follow each other. It may begin in one and end in the next.
 *
 * @param {HTMLElement[]} captions
 * @param {string} query
 * @param {boolean} spaced whether the language has spaces between words
 * @returns {HTMLElement[]} the marks, in the order of the text
 */
export function highlight(captions, query, spaced) {
  /** @type {{node: Text, start: number}[]} */
  const pieces = [];
  let text = '';
  for (const caption of captions) {
    if (text !== '') text += ' ';
    const walker = document.createTreeWalker(caption, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = /** @type {Text} */ (walker.currentNode);
      // The sentence in place of missing words was not said.
      if (node.parentElement?.closest('.missing')) continue;
      pieces.push({ node, start: text.length });
      text += node.data;
    }
  }
  const marks = [];
  // From the end: what comes before a mark keeps its place.
  for (const [from, to] of placesOf(text, query, spaced).reverse()) {
    for (const { node, start } of pieces.slice().reverse()) {
      const end = start + node.data.length;
      if (end <= from || start >= to) continue;
      marks.unshift(mark(node, Math.max(from, start) - start, Math.min(to, end) - start));
    }
  }
  return marks;
}

/**
 * Make marks plain text again.
 *
 * @param {HTMLElement[]} marks
 */
export function unmark(marks) {
  for (const one of marks) {
    const parent = one.parentNode;
    one.replaceWith(...one.childNodes);
    parent?.normalize();
  }
}

/**
 * Put a part of a text node into a mark. The node keeps what comes before it.
 *
 * @param {Text} node
 * @param {number} from
 * @param {number} to
 */
function mark(node, from, to) {
  const marked = node.splitText(from);
  marked.splitText(to - from);
  const element = h('mark', { class: 'found' });
  marked.replaceWith(element);
  element.append(marked);
  return element;
}
