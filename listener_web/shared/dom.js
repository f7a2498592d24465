/** Small helpers for building and finding elements. */

/**
 * The element with this id.
 *
 * @template {Element} T
 * @param {string} id
 * @param {new (...args: any[]) => T} kind
 * @returns {T}
 */
export function byId(id, kind) {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`the page has no ${kind.name} #${id}`);
  return element;
}

/**
 * Build an element. Keys are DOM properties, except `class`, `data-…`, `aria-…` and `role`, which are
 * attributes; `on…` keys are listeners. Text is always text, never markup.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, unknown>} [properties]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith('on')) {
      element.addEventListener(key.slice(2), /** @type {EventListener} */ (value));
    } else if (key === 'class' || key === 'role' || /^(data|aria)-/.test(key)) {
      element.setAttribute(key, String(value));
    } else {
      /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (element))[key] = value;
    }
  }
  element.append(...children);
  return element;
}

/**
 * Set text only when it differs, so that live regions do not speak again and selections stay.
 *
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * One segment of the page's address, decoded.
 *
 * @param {number} index position in the path, 0 is the first segment
 */
export function pathSegment(index) {
  return decodeURIComponent(location.pathname.split('/').filter(Boolean)[index] ?? '');
}

/**
 * What the page's address asks for; null for nothing.
 *
 * @param {string} name of a parameter
 */
export function asked(name) {
  return new URLSearchParams(location.search).get(name);
}
