"""`broadcaster report` and `broadcaster rate`, and their options."""

from pathlib import Path

import click

from broadcaster import log
from broadcaster.commands.events.client import access_from
from broadcaster.commands.running import explained, run
from broadcaster.commands.settings import settings_from

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_script = click.option("--script", type=_FILE, help="What was said: one sentence in each line.")
_reference = click.option(
    "--reference",
    "references",
    multiple=True,
    metavar="LANGUAGE=FILE",
    help="A translation of each line of the script; repeat it for more languages.",
)
_out = click.option(
    "--out", "folder", type=click.Path(path_type=Path), help="Folder for the files."
)


@click.command()
@click.argument("event", required=False)
@_out
@_script
@_reference
@click.option("--ner", "sheet", type=_FILE, help="Compute the score of a sheet, without EVENT.")
@click.option("--url", help="Address of the server; without it that of the settings.")
@click.option("--token", envvar="BROADCASTER_ADMIN_TOKEN", help="The organizer's token.")
@click.option("--ca", type=_FILE, help="Trust this certificate.")
def report(
    event: str | None,
    folder: Path | None,
    script: Path | None,
    references: tuple[str, ...],
    sheet: Path | None,
    url: str | None,
    token: str | None,
    ca: Path | None,
) -> None:
    """Write the report of EVENT: delay, quality, captions, sound and cost of each channel.

    The folder gets a page, tables, what they were made of, and a sheet for each language on which
    a person marks errors; --ner computes its score.
    """
    from broadcaster.commands.report.writing import compared_with, show_score, write_event

    if sheet is not None:
        if event is not None or script is not None or references:
            raise click.UsageError("--ner stands alone: it computes the score of a sheet.")
        with explained():
            show_score(sheet)
        return
    if event is None:
        raise click.UsageError("Name the EVENT, or a sheet with --ner.")
    with explained():
        compared = compared_with(script, references)
        access = access_from(settings_from(), url, token, ca)
    target = folder or Path(f"report-{event}")
    run(write_event(access, event, compared, target))


@click.command()
@click.argument("recording", metavar="[TALK]", required=False, type=click.Path(path_type=Path))
@_script
@_reference
@click.option("-l", "--language", "languages", multiple=True, help="Without a reference, too.")
@click.option("--source", help="The language that is spoken in TALK; detected without.")
@_out
def rate(
    recording: Path | None,
    script: Path | None,
    references: tuple[str, ...],
    languages: tuple[str, ...],
    source: str | None,
    folder: Path | None,
) -> None:
    """Broadcast the recording TALK once, and write the report of what came out.

    It takes as long as the recording. The interpreter is that of the settings; without a key it is
    the local one, which costs nothing. Without TALK it is the prepared talk with its translations.
    """
    from broadcaster.commands.report.broadcast import prepared, rate_recording, recorded

    log.configure("error")
    if recording is None and (script is not None or references or source):
        raise click.UsageError("The prepared talk has its own script: name a recording, too.")
    with explained():
        if recording is None:
            rated = prepared(languages)
        else:
            rated = recorded(recording, script, references, languages, source)
    run(rate_recording(rated, folder or Path(f"report-{rated.title}")))
