"""Accessibility rules that a program can check: axe-core, run inside a page."""

import asyncio
from pathlib import Path

from playwright.async_api import Page

SOURCE = Path(__file__).parents[2] / "listener_web" / "node_modules" / "axe-core" / "axe.min.js"
_RUN = """async () => {
  const values = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const {violations} = await axe.run(document, {runOnly: {type: 'tag', values}});
  return violations.flatMap(({id, nodes}) => nodes.map(({target}) => `${id}: ${target}`));
}"""


async def violations(page: Page) -> list[str]:
    """Each rule that the page breaks, with the element that breaks it."""
    await page.evaluate(await asyncio.to_thread(SOURCE.read_text))
    found: list[str] = await page.evaluate(_RUN)
    return found
