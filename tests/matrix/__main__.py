"""Checks every state of the attendee page in Chromium and Firefox.

    python -m tests.matrix [--browser firefox] [--states waiting,live] [--write]
    python -m tests.matrix --pictures /tmp/states

Each state is looked at in five widths and at a zoom of 400 %, light and dark, in German and in
Arabic, with text of 100 and of 200 %: nothing may be cut off, covered or too small, nothing but the
strip of languages may scroll sideways, and axe-core may find nothing. Then the Tab key has to reach
every control, each has to show that it has the focus, and Escape has to give the focus back. At
last the same states are shown in forced colours. Needs apt-get install chromium firefox-esr
pulseaudio. It takes about half an hour.
"""

import argparse
import asyncio
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.tables import Table, write
from tests.matrix.checking import Finding, cells, leave, look, walk, without_colours
from tests.matrix.events import Events, served_events
from tests.matrix.states import STATES, State, entered
from tests.matrix.tabs import BROWSERS, Reader, Tab, opened

DOCUMENT = Path(__file__).parents[2] / "docs" / "listening.md"
LOCALES = ("de", "ar")
TEXT_PERCENTS = (100, 200)
KEYBOARD_SIZE = (360, 640)


@dataclass
class Result:
    """Results of one browser.

    Attributes:
        version: of the browser.
        looked: how often a state was looked at, by its name.
        findings: all that is wrong.
    """

    version: str = ""
    looked: Counter[str] = field(default_factory=Counter)
    findings: list[tuple[Reader, Finding]] = field(default_factory=list)

    def add(self, reader: Reader, state: State, findings: list[Finding]) -> None:
        """Count a look at a state, and print what it has found."""
        self.looked[state.name] += 1
        for finding in findings:
            self.findings.append((reader, finding))
            colours = ", forced colours" if reader.forced_colors else ""
            about = f"{reader.browser} {reader.locale} {reader.text_percent} %{colours}"
            print(f"{about} · {finding.state} · {finding.where}: {finding.problem}", flush=True)


async def check(reader: Reader, states: list[State], result: Result, pictures: Path | None) -> None:
    """Look at all states as one reader."""
    async with served_events() as events, opened(reader) as (tab, version):
        result.version = version
        for state in states:
            try:
                await _check_state(tab, events, reader, state, result, pictures)
            except TimeoutError:
                result.add(reader, state, [Finding(state.name, "", "the state is not reached")])


async def _check_state(
    tab: Tab, events: Events, reader: Reader, state: State, result: Result, pictures: Path | None
) -> None:
    await tab.resize(*KEYBOARD_SIZE)
    await entered(tab, events, state)
    if reader.forced_colors:
        result.add(reader, state, await without_colours(tab, state))
    else:
        for width, height, theme in cells(reader.text_percent):
            found = await look(tab, state, width, height, theme)
            result.add(reader, state, found)
            if pictures is not None:
                await photograph(tab, pictures, reader, f"{state.name}-{width}x{height}-{theme}")
    await tab.resize(*KEYBOARD_SIZE)
    if pictures is not None and reader.forced_colors:
        await photograph(tab, pictures, reader, f"{state.name}-forced")
    result.add(reader, state, await walk(tab, state))
    result.add(reader, state, await leave(tab, events, state))


async def photograph(tab: Tab, folder: Path, reader: Reader, name: str) -> None:
    """Keep a picture for a person."""
    file = f"{reader.browser}-{reader.locale}-{reader.text_percent}-{name}.png".replace(" ", "_")
    await asyncio.to_thread((folder / file).write_bytes, await tab.picture())


def readers(browser: str) -> list[Reader]:
    """All readers with a browser."""
    kinds = [Reader(browser, locale, size) for locale in LOCALES for size in TEXT_PERCENTS]
    return [*kinds, Reader(browser, LOCALES[0], forced_colors=True)]


def table(results: dict[str, Result], states: list[State]) -> Table:
    """How often each state was looked at in each browser, and what was wrong."""
    rows = []
    for state in states:
        cells_of = [state.name]
        for result in results.values():
            wrong = sum(finding.state == state.name for _, finding in result.findings)
            cells_of.append(
                f"{result.looked[state.name]} ✓" if wrong == 0 else f"**{wrong} wrong**"
            )
        rows.append(tuple(cells_of))
    heads = [f"{browser.capitalize()} {one.version}" for browser, one in results.items()]
    return Table(
        "page-states",
        "Every state of the page",
        "python -m tests.matrix",
        ("state", *heads),
        tuple(rows),
        "The figure is how often a state was checked: in five widths and at a zoom of 400 %, light "
        "and dark, in German and Arabic, with text of 100 and 200 %, by keyboard, and in forced "
        "colours. A check passes if nothing is cut off, covered, too small to tap or scrolls "
        "sideways, and axe-core finds nothing.",
    )


async def main() -> None:
    """Check, print, and write on demand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--browser", choices=BROWSERS, help="only this one")
    parser.add_argument("--locale", choices=LOCALES, help="only this one")
    parser.add_argument(
        "--text", type=int, choices=TEXT_PERCENTS, help="only this size, in per cent"
    )
    parser.add_argument("--states", default="", help="only these, by name, separated by commas")
    parser.add_argument("--pictures", type=Path, help="a folder for a picture of each look")
    parser.add_argument("--write", action="store_true", help="write docs/listening.md")
    options = parser.parse_args()
    wanted = options.states.split(",") if options.states else [state.name for state in STATES]
    states = [state for state in STATES if state.name in wanted]
    results = {name: Result() for name in BROWSERS if options.browser in {None, name}}
    for browser, result in results.items():
        for reader in readers(browser):
            if options.locale not in {None, reader.locale}:
                continue
            if options.text in {None, reader.text_percent}:
                await check(reader, states, result, options.pictures)
    made = table(results, states)
    print(made.markdown())
    if options.write:
        write(made, DOCUMENT)
    sys.exit(any(result.findings for result in results.values()))


if __name__ == "__main__":
    asyncio.run(main())
