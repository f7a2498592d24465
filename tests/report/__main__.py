"""Makes the report of the prepared talk in docs/, scores it again from its logs, and shows it.

It takes four minutes: the talk is broadcast once, in real time.
"""

import asyncio
import platform
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click

from broadcaster.report.files.bundle import PAGE
from tests.support.browser import chromium

FOLDER = Path(__file__).parents[2] / "docs" / "reports" / "talk"
LANGUAGES = ("es", "ja")
PROGRAMS = {"omnisteval": "omnisteval.cli", "sacrebleu": "sacrebleu"}
MOST_BYTES = 300_000
_SCORES = re.compile(r"^  (BLEU|chrF|LongYAAL \(CU\)) +(\S+)$|\"(score)\": ([0-9.]+)", re.MULTILINE)


@click.command()
@click.option("--picture", type=click.Path(path_type=Path), help="Take a picture of the page.")
@click.option("--again", is_flag=True, help="Only score again what is in docs/.")
def main(picture: Path | None, *, again: bool) -> None:
    """Broadcast the prepared talk, write its report into docs/, and score it again."""
    if not again:
        words = [word for language in LANGUAGES for word in ("-l", language)]
        command = [sys.executable, "-m", "broadcaster", "rate", *words, "--out", str(FOLDER)]
        subprocess.run(command, check=True)
    print(f"Python {platform.python_version()}, {platform.machine()}")
    for line in (FOLDER / "README.txt").read_text().splitlines():
        program, *arguments = shlex.split(line) or [""]
        if program in PROGRAMS:
            print(f"{line}\n    {scores(program, arguments)}")
    size = (FOLDER / PAGE).stat().st_size
    print(f"{PAGE}: {size} bytes, at most {MOST_BYTES}")
    if picture is not None:
        asyncio.run(show(picture))


def scores(program: str, arguments: list[str]) -> str:
    """Run a command of the report, and return the figures that it prints."""
    called = [sys.executable, "-m", PROGRAMS[program], *arguments]
    done = subprocess.run(called, cwd=FOLDER, check=True, capture_output=True, text=True)
    found = [f"{m[1] or m[3]} {m[2] or m[4]}" for m in _SCORES.finditer(done.stdout)]
    return ", ".join(found)


async def show(picture: Path) -> None:
    """Open the page in Chromium without a network, and take a picture of all of it."""
    async with chromium() as browser:
        page = await browser.new_page(viewport={"width": 1_280, "height": 900})
        await page.goto((FOLDER / PAGE).as_uri())
        await page.screenshot(path=str(picture), full_page=True)


if __name__ == "__main__":
    main()
