/** Checks of what a page shows, which leave the functions that tests call in `window.matrix`. */
(() => {
  const ALLOWED_TO_CUT =
    '#title, .search-excerpt, .sample, .link-text > a, .visually-hidden, [aria-hidden="true"]';
  const LAYERS = '.sheet-head, dialog, .settings, .dock, .newest, .quote-bar, .menu-items';
  const CONTROLS = 'a[href], button, input, select, summary, textarea, [tabindex="0"]';
  const LEAST_TARGET_PX = 44;
  /** They scroll sideways: the strip of languages, and paper in its own size. */
  const STRIPS = '.channels, .poster-page .sheets';

  const nameOf = (one) =>
    one.id ? `#${one.id}` : `${one.tagName.toLowerCase()}.${one.className || one.type || ''}`;

  const isShown = (one) => {
    const { width, height } = one.getBoundingClientRect();
    const style = getComputedStyle(one);
    return width > 0 && height > 0 && style.visibility === 'visible' && one.checkVisibility();
  };

  /** A dialog that is open makes all around it inert. */
  const root = () => document.querySelector('dialog[open]') ?? document.body;

  /** The text nodes in sight, with the boxes of their lines; reduced to the letters' own height. */
  const texts = () => {
    const found = [];
    const walker = document.createTreeWalker(root(), NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const one = node.parentElement;
      if (!node.data.trim() || !one || !isShown(one)) continue;
      if (one.closest(`script, noscript, ${ALLOWED_TO_CUT}, [data-form='player'] #listen-text`)) {
        continue;
      }
      if (getComputedStyle(one).clipPath !== 'none') continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const line of range.getClientRects()) {
        const rim = 0.22 * line.height;
        const box = { left: line.left, right: line.right, top: line.top + rim, bottom: line.bottom - rim };
        if (box.right - box.left > 1) found.push({ one, node, box });
      }
    }
    return found;
  };

  /** What cuts a text off, and does not scroll. */
  const cutBy = ({ one, box }) => {
    for (let outer = one; outer && outer !== document.body; outer = outer.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(outer);
      if (/auto|scroll/.test(overflowX + overflowY)) return null;
      if (overflowX === 'visible') continue;
      const { left, right, top, bottom } = outer.getBoundingClientRect();
      if (box.left < left - 2 || box.right > right + 2) return outer;
      if (box.top < top - 2 || box.bottom > bottom + 2) return outer;
    }
    return null;
  };

  /** The part of a text's box that its scrolling surroundings show; null for nothing. */
  const inSight = ({ one, box }) => {
    const seen = { ...box };
    for (let outer = one.parentElement; outer && outer !== document.body; outer = outer.parentElement) {
      if (!/auto|scroll/.test(getComputedStyle(outer).overflowY)) continue;
      const { top, bottom } = outer.getBoundingClientRect();
      seen.top = Math.max(seen.top, top);
      seen.bottom = Math.min(seen.bottom, bottom);
    }
    return seen.bottom - seen.top > 2 ? seen : null;
  };

  const overlaps = () => {
    const layers = new Map();
    for (const text of texts()) {
      const box = inSight(text);
      if (box === null) continue;
      const layer = text.one.closest(LAYERS);
      layers.set(layer, [...(layers.get(layer) ?? []), { ...text, box }]);
    }
    const found = new Set();
    for (const members of layers.values()) {
      members.forEach((a, i) => {
        for (const b of members.slice(i + 1)) {
          if (a.node === b.node) continue;
          const width = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
          const height = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
          if (width > 2 && height > 2) found.add(`${nameOf(a.one)} overlaps ${nameOf(b.one)}`);
        }
      });
    }
    return [...found];
  };

  const shownControls = () => [...root().querySelectorAll(CONTROLS)].filter(isShown);

  /** What is wrong with the place and the size of things. */
  const layout = () => {
    const width = document.documentElement.clientWidth;
    document.scrollingElement.scrollTop = 0;
    const found = new Set(overlaps());
    for (const text of texts()) {
      const strip = text.one.closest(STRIPS);
      if (!strip && (text.box.left < -1 || text.box.right > width + 1)) {
        found.add(`${nameOf(text.one)} leaves the page`);
      }
      const cutter = strip ? null : cutBy(text);
      if (cutter) found.add(`${nameOf(cutter)} cuts ${nameOf(text.one)} off`);
    }
    for (const control of shownControls()) {
      const { left, right, width: wide, height } = control.getBoundingClientRect();
      if (control.closest(STRIPS)) continue;
      if (left < -1 || right > width + 1) found.add(`${nameOf(control)} leaves the page`);
      if (control.tabIndex === 0 && control.matches('div')) continue;
      if (wide < LEAST_TARGET_PX || height < LEAST_TARGET_PX) {
        const label = control.closest('label')?.getBoundingClientRect();
        if (!label || label.width < LEAST_TARGET_PX || label.height < LEAST_TARGET_PX) {
          found.add(`${nameOf(control)} is small: ${Math.round(wide)} × ${Math.round(height)}`);
        }
      }
    }
    const { scrollingElement } = document;
    for (const box of [scrollingElement, ...document.querySelectorAll('body *')]) {
      const { overflowX } = getComputedStyle(box);
      if (box !== scrollingElement && !/auto|scroll/.test(overflowX)) continue;
      if (box.scrollWidth > box.clientWidth + 1 && !box.matches(`${STRIPS}, input`)) {
        found.add(`${nameOf(box)} scrolls sideways`);
      }
    }
    const listen = document.querySelector('#listen');
    if (listen && root() === document.body && isShown(listen)) {
      const { top, bottom } = listen.getBoundingClientRect();
      if (top < 0 || bottom > innerHeight + 1) found.add('Listen is out of sight');
      const scrolled = scrollingElement.scrollTop;
      scrollingElement.scrollTop = 1e6;
      const last = document.querySelector('.banner').getBoundingClientRect();
      const dock = document.querySelector('#dock').getBoundingClientRect();
      if (last.height > 0 && last.bottom > dock.top + 1) found.add('the dock hides the banner for good');
      scrollingElement.scrollTop = scrolled;
    }
    const ai = document.querySelector('#ai-notice');
    const invited = listen && isShown(listen) && root() === document.body;
    if (ai && isShown(ai) && invited && document.querySelector('#settings').hidden) {
      const { top, bottom } = ai.getBoundingClientRect();
      const dock = document.querySelector('#dock').getBoundingClientRect();
      if (top < -1 || bottom > dock.top + 1) found.add('the sentence about AI is out of sight');
    }
    return [...found];
  };

  /** Controls that the Tab key has to reach; radio buttons of one name are one. */
  const controls = () => {
    const names = shownControls()
      .filter((one) => !one.disabled && one.tabIndex >= 0)
      .map((one) => keyOf(one));
    return [...new Set(names)];
  };

  const keyOf = (one) => (one.type === 'radio' ? `radio ${one.name}` : nameAndPlace(one));

  const nameAndPlace = (one) => {
    if (one.id) return `#${one.id}`;
    const all = [...document.querySelectorAll(CONTROLS)];
    return `${one.dataset.channel ?? one.textContent.trim().slice(0, 20)} ${all.indexOf(one)}`;
  };

  /** The control that has the focus, and what is wrong with how it shows that. */
  const focus = () => {
    const one = document.activeElement;
    // The browser's own controls may have it.
    if (!document.hasFocus()) return null;
    if (one === null || one === document.body || one === document.documentElement) return null;
    const found = [];
    const marked = [one, one.nextElementSibling].some((part) => {
      if (!part) return false;
      const { outlineStyle, outlineWidth } = getComputedStyle(part);
      return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1;
    });
    if (!marked) found.push('has no outline');
    const { left, right, top, bottom } = one.getBoundingClientRect();
    // Of a long text the browser brings the line with the cursor into sight.
    const [x, y] = [(left + right) / 2, one.matches('textarea') ? top + 12 : (top + bottom) / 2];
    if (bottom < 1 || top > innerHeight - 1 || right < 1 || left > innerWidth - 1) {
      found.push('is out of sight');
    } else if (!one.matches('[role="region"]')) {
      const hit = document.elementFromPoint(x, y);
      const own = one.closest('label') ?? one;
      if (!hit || !(own.contains(hit) || hit.contains(own))) {
        found.push(`is covered by ${hit ? nameOf(hit) : 'nothing'}`);
      }
    }
    return { key: keyOf(one), id: one.id, found };
  };

  /** What cannot be told apart when the system has replaced all colours. */
  const forced = () => {
    const found = [];
    for (const chosen of root().querySelectorAll('input[type="radio"]:checked')) {
      const others = [...root().querySelectorAll(`input[name="${chosen.name}"]:not(:checked)`)];
      const look = ({ nextElementSibling: part }) => {
        if (!part) return '';
        const { backgroundColor, borderTopColor, outlineStyle } = getComputedStyle(part);
        return [backgroundColor, borderTopColor, outlineStyle].join();
      };
      if (!isShown(chosen) || others.length === 0) continue;
      if (others.every((other) => look(other) === look(chosen))) {
        found.push(`${chosen.name}: the chosen one looks like the others`);
      }
    }
    for (const button of root().querySelectorAll('button')) {
      if (!isShown(button) || button.matches('.languages button, #now')) continue;
      const { borderTopWidth, outlineStyle } = getComputedStyle(button);
      if (parseFloat(borderTopWidth) < 1 && outlineStyle === 'none') {
        found.push(`${nameOf(button)} has no edge`);
      }
    }
    return found;
  };

  window.matrix = { layout, controls, focus, forced };
})();
