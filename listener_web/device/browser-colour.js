/** Gives the browser's own bars the colour of the page, once the reader has chosen one. */

/** Follow the reader's choice from now on; the page itself names the colours of the system's. */
export function colourBrowser() {
  const chosen = document.createElement('meta');
  chosen.name = 'theme-color';
  const root = document.documentElement;
  const show = () => {
    chosen.content = getComputedStyle(document.body).backgroundColor;
    // The first one that applies is taken.
    if (root.dataset.theme === 'system') chosen.remove();
    else document.head.prepend(chosen);
  };
  new MutationObserver(show).observe(root, { attributeFilter: ['data-theme', 'data-contrast'] });
  show();
}
