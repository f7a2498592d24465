"""Checks every state of the attendee page in Chromium and Firefox.

    python -m tests.matrix [--browser firefox] [--state waiting --state "sheet, parted"] [--write]
    python -m tests.matrix --pictures /tmp/states
    python -m tests.matrix --keep /tmp/results --write

Each state is looked at in five widths and at a zoom of 400 %, light and dark, in German and in
Arabic, with text of 100 and of 200 %: nothing may be cut off, covered or too small, nothing but the
strip of languages may scroll sideways, and axe-core may find nothing. Then the Tab key has to reach
every control, each has to show that it has the focus, and Escape has to give the focus back. At
last the same states are shown in forced colours. Needs apt-get install chromium firefox-esr
pulseaudio. It takes about half an hour.

With `--keep` a run goes on where the last one ended: it checks what was not checked, and what was
wrong. Two runs may share a folder if each has a browser of its own.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from tests.benchmarks.tables import Table, write
from tests.matrix.checking import Finding, cells, leave, look, walk, without_colours
from tests.matrix.events import Events, served_events
from tests.matrix.results import Results
from tests.matrix.states import STATES, State, entered
from tests.matrix.tabs import BROWSERS, Reader, Tab, opened

DOCUMENT = Path(__file__).parents[2] / "docs" / "listening.md"
LOCALES = ("de", "ar")
TEXT_PERCENTS = (100, 200)
KEYBOARD_SIZE = (360, 640)


async def check(
    reader: Reader, states: list[State], results: Results, pictures: Path | None
) -> None:
    """Look at all states as one reader."""
    async with served_events() as events, opened(reader) as (tab, version):
        for state in states:
            results.begin(reader, version, state)
            try:
                await _check_state(tab, events, reader, state, results, pictures)
            except TimeoutError:
                results.add(reader, state, [Finding(state.name, "", "the state is not reached")])
            results.keep(reader)


async def _check_state(
    tab: Tab, events: Events, reader: Reader, state: State, results: Results, pictures: Path | None
) -> None:
    await tab.resize(*KEYBOARD_SIZE)
    await entered(tab, events, state)
    if reader.forced_colors:
        results.add(reader, state, await without_colours(tab, state))
    else:
        for width, height, theme in cells(reader.text_percent):
            found = await look(tab, state, width, height, theme)
            results.add(reader, state, found)
            if pictures is not None:
                await photograph(tab, pictures, reader, f"{state.name}-{width}x{height}-{theme}")
    await tab.resize(*KEYBOARD_SIZE)
    if pictures is not None and reader.forced_colors:
        await photograph(tab, pictures, reader, f"{state.name}-forced")
    results.add(reader, state, await walk(tab, state))
    results.add(reader, state, await leave(tab, events, state))


async def photograph(tab: Tab, folder: Path, reader: Reader, name: str) -> None:
    """Keep a picture for a person."""
    file = f"{reader.browser}-{reader.locale}-{reader.text_percent}-{name}.png".replace(" ", "_")
    await asyncio.to_thread((folder / file).write_bytes, await tab.picture())


def readers(browser: str) -> list[Reader]:
    """All readers with a browser."""
    kinds = [Reader(browser, locale, size) for locale in LOCALES for size in TEXT_PERCENTS]
    return [*kinds, Reader(browser, LOCALES[0], forced_colors=True)]


def table(results: Results) -> Table:
    """How often each state was looked at in each browser, and what was wrong."""
    versions = results.versions()
    rows = [
        (state.name, *(results.cell(browser, state) for browser in versions)) for state in STATES
    ]
    heads = [f"{browser.capitalize()} {version}" for browser, version in versions.items()]
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
    parser.add_argument(
        "--state",
        action="append",
        choices=[state.name for state in STATES],
        metavar="NAME",
        help="only this one, in any case; may be given several times",
    )
    parser.add_argument("--pictures", type=Path, help="a folder for a picture of each look")
    parser.add_argument("--keep", type=Path, help="a folder of results, which goes on with them")
    parser.add_argument("--write", action="store_true", help="write docs/listening.md")
    options = parser.parse_args()
    everybody = [reader for browser in BROWSERS for reader in readers(browser)]
    results = Results(options.keep)
    results.load(everybody)
    for reader in everybody:
        if (
            options.browser not in {None, reader.browser}
            or options.locale not in {None, reader.locale}
            or options.text not in {None, reader.text_percent}
        ):
            continue
        chosen = [
            state
            for state in STATES
            if (state.name in options.state if options.state else results.lack(reader, state))
        ]
        if chosen:
            await check(reader, chosen, results, options.pictures)
    made = table(results)
    print(made.markdown())
    if options.write:
        write(made, DOCUMENT)
    sys.exit(not results.good)


if __name__ == "__main__":
    asyncio.run(main())
