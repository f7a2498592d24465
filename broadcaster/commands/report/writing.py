"""Reads what a report is made of, and writes its files."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import click

from broadcaster.commands.events.client import DeskAccess, desk_client, event_path
from broadcaster.commands.running import out
from broadcaster.errors import BroadcasterError
from broadcaster.model.language import FLOOR, describe
from broadcaster.report.figures import Compared, figures_of
from broadcaster.report.files.bundle import PAGE, files_of
from broadcaster.report.quality.ner import GOOD_PERCENT, ner_score, sheet_text
from broadcaster.report.quality.script import LARGEST_BYTES, read_lines
from broadcaster.report.records import EventRecords, records_from

ANSWER_S = 90.0


def compared_with(script: Path | None, references: tuple[str, ...]) -> Compared:
    """Read the script and the references of a command line.

    Raises:
        BroadcasterError: a file cannot be used.
        click.UsageError: a reference is not written as it must be.
    """
    if references and script is None:
        raise click.UsageError("--reference needs --script: the original of each of its lines.")
    if script is None:
        return Compared()
    lines = read_lines(script)
    named = {language: read_lines(path) for language, path in named_files(references).items()}
    return Compared(lines, {FLOOR: lines, **named})


def named_files(references: tuple[str, ...]) -> Mapping[str, Path]:
    """The files of options such as `es=file`, by the canonical tag of their language.

    Raises:
        BroadcasterError: one names no language.
        click.UsageError: one is not written so, or a language has two.
    """
    found: dict[str, Path] = {}
    for one in references:
        language, equals, name = one.partition("=")
        if not (equals and language and name):
            raise click.UsageError(f"--reference {one[:40]} must be LANGUAGE=FILE, es=talk-es.txt.")
        tag = describe(language).tag
        if tag in found:
            raise click.UsageError(
                f"--reference {tag} is there twice: put all lines into one file, in their order."
            )
        found[tag] = Path(name)
    return found


def write_report(records: EventRecords, compared: Compared, folder: Path) -> None:
    """Compute the report, write its files and say where they are.

    Args:
        records: of the event.
        compared: with what.
        folder: made if it does not exist; files of an earlier report are replaced.

    Raises:
        BroadcasterError: see `figures_of`.
        OSError: a file cannot be written.
    """
    files = files_of(records, figures_of(records, compared))
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    out.print(f"The report: {folder / PAGE}, and {len(files) - 1} files with it.", soft_wrap=True)


async def read_event(access: DeskAccess, event: str) -> EventRecords:
    """The records of an event of a running server.

    Raises:
        BroadcasterError: the server refused, or did not answer.
    """
    async with desk_client(access) as desk:
        found = await desk.call("GET", f"{event_path(event)}/report", timeout_s=ANSWER_S)
    return records_from(found)


async def write_event(access: DeskAccess, event: str, compared: Compared, folder: Path) -> None:
    """Write the report of an event of a running server.

    Raises:
        BroadcasterError: the server refused or did not answer, or see `figures_of`.
        OSError: a file cannot be written.
    """
    records = await read_event(access, event)
    await asyncio.to_thread(write_report, records, compared, folder)


def show_score(sheet: Path) -> None:
    """Print the NER score of a sheet.

    Raises:
        BroadcasterError: it is not such a sheet.
        OSError: it cannot be read.
    """
    if sheet.stat().st_size > LARGEST_BYTES:
        raise BroadcasterError(
            f"{sheet} is larger than {LARGEST_BYTES // 1_000_000} MB",
            hint="Give the sheet that the report made, saved as CSV.",
        )
    score = ner_score(sheet_text(sheet.read_bytes()))
    verdict = "good" if score.percent >= GOOD_PERCENT else "below"
    out.print(
        f"NER {score.percent:.2f} % of {score.words} words ({verdict}: captions are called good "
        f"from {GOOD_PERCENT:.0f} %); edition {score.edition:g}, recognition {score.recognition:g}",
        soft_wrap=True,
    )
