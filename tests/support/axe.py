"""Accessibility rules that a program can check: axe-core, run inside a page."""

import asyncio
from pathlib import Path

from playwright.async_api import Page

SOURCE = Path(__file__).parents[2] / "listener_web" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async (high_contrast) => {
  const values = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  // What passes is not described. Style sheets would be fetched for a rule that no tag names.
  const options = {
    runOnly: {type: 'tag', values},
    resultTypes: ['violations'],
    preload: {assets: ['media']},
  };
  if (high_contrast) {
    values.push('wcag2aaa');
    options.rules = {'color-contrast-enhanced': {enabled: true}};
  }
  const ending = ({effect}) => effect.getTiming().iterations < 1000;
  const animations = document.getAnimations().filter(ending);
  // In a page that is not drawn, animations do not end.
  const late = new Promise((resolve) => setTimeout(resolve, 2000));
  const ended = Promise.all(animations.map(({finished}) => finished.catch(() => undefined)));
  await Promise.race([ended, late]);
  const {violations} = await axe.run(document, options);
  return violations.flatMap(({id, nodes}) => nodes.map(({target}) => `${id}: ${target}`));
}"""


async def violations(page: Page, *, high_contrast: bool = False) -> list[str]:
    """Each rule that the page breaks, with the element that breaks it.

    Args:
        page: in the state to check.
        high_contrast: whether all text must have a contrast of 7 : 1, large text of 4.5 : 1.
    """
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(await asyncio.to_thread(SOURCE.read_text))
    found: list[str] = await page.evaluate(RUN, high_contrast)
    return found
