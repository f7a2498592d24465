"""Checks a state of a page: layout, rules of accessibility, the keyboard, forced colours."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tests.matrix.events import Events
from tests.matrix.states import State, entered
from tests.matrix.tabs import Tab
from tests.support import axe

CHECKS = Path(__file__).with_name("checks.js")
SIZES = ((320, 568), (360, 640), (390, 844), (768, 1024), (1280, 800))
ZOOMED = (320, 256)
"""A screen of 1280 × 1024 at a zoom of 400 %."""
THEMES = ("light", "dark")
_THEME = "(theme) => { document.documentElement.dataset.theme = theme; }"
_HAS = "(name) => name in window"
_AT_START = """() => {
  document.activeElement?.blur();
  getSelection().collapse(document.querySelector('dialog[open]') ?? document.body, 0);
}"""
"""The Tab key goes on from there."""
_FOCUS = "() => window.matrix.focus()"
_LOOKS = 10
"""A control that has got the focus may still be scrolling into sight."""
_MORE_STEPS = 40
"""The Tab key may stop at more than the controls: at what scrolls, at the parts of a date, at the
browser's own."""


class Named(Protocol):
    """A state of any page."""

    @property
    def name(self) -> str:
        """Of the state."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong.

    Attributes:
        state: of the page.
        where: the width, the theme or the way in which it was looked at.
        problem: in words.
    """

    state: str
    where: str
    problem: str


def cells(text_percent: int) -> Iterator[tuple[int, int, str]]:
    """Width, height and theme of each way to look at a state."""
    sizes = SIZES if text_percent > 100 else (*SIZES, ZOOMED)
    for width, height in sizes:
        for theme in THEMES:
            yield width, height, theme


async def load_checks(tab: Tab) -> None:
    """Put the functions of the checks and axe-core into the page."""
    for name, path in (("matrix", CHECKS), ("axe", axe.SOURCE)):
        if not await tab.evaluate(_HAS, name):
            await tab.run(await asyncio.to_thread(path.read_text))


async def look(
    tab: Tab, state: Named, width: int, height: int, theme: str, *, with_axe: bool = True
) -> list[Finding]:
    """Everything that is wrong with a state at a size and in a theme."""
    await tab.resize(width, height)
    await tab.evaluate(_THEME, theme)
    await load_checks(tab)
    problems: list[str] = await tab.evaluate("() => window.matrix.layout()")
    if with_axe:
        problems += await tab.evaluate(axe.RUN, False)  # noqa: FBT003 - it is JavaScript's
    return [Finding(state.name, f"{width} × {height} {theme}", problem) for problem in problems]


async def walk(tab: Tab, state: Named) -> list[Finding]:
    """Everything that is wrong when somebody has a keyboard and no pointer."""
    await load_checks(tab)
    wanted: list[str] = await tab.evaluate("() => window.matrix.controls()")
    await tab.evaluate(_AT_START)
    reached = set[str]()
    problems = list[str]()
    for _ in range(len(wanted) + _MORE_STEPS):
        await tab.press("Tab")
        focused = await _focused(tab)
        if focused is None:
            continue
        if focused["key"] not in reached:
            problems += [f"{focused['key']} {problem}" for problem in focused["found"]]
        reached.add(focused["key"])
        if reached.issuperset(wanted):
            break
    problems += [f"Tab does not reach {name}" for name in wanted if name not in reached]
    return [Finding(state.name, "keyboard", problem) for problem in problems]


async def _focused(tab: Tab) -> Any:
    """The control that has the focus, once nothing is wrong with it or nothing changes any more."""
    focused = await tab.evaluate(_FOCUS)
    for _ in range(_LOOKS):
        if focused is None or not focused["found"]:
            break
        await asyncio.sleep(0.05)
        focused = await tab.evaluate(_FOCUS)
    return focused


async def leave(tab: Tab, events: Events, state: State) -> list[Finding]:
    """Close by Escape what was opened by a key: the focus is where it was."""
    if not state.opener:
        return []
    await entered(tab, events, state)
    await load_checks(tab)
    await tab.press("Escape")
    focused = await tab.evaluate(_FOCUS)
    if focused is not None and f"#{focused['id']}" == state.opener:
        return []
    there = "nothing" if focused is None else focused["key"]
    return [Finding(state.name, "Escape", f"{there} has the focus instead of {state.opener}")]


async def without_colours(tab: Tab, state: Named) -> list[Finding]:
    """Everything that cannot be told apart when the system has replaced all colours."""
    await load_checks(tab)
    problems: list[str] = await tab.evaluate("() => window.matrix.forced()")
    problems += await tab.evaluate("() => window.matrix.layout()")
    return [Finding(state.name, "forced colours", problem) for problem in problems]
