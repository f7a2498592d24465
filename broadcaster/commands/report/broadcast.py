"""Broadcasts a recording once through the interpreter of the settings, or the local one."""

import asyncio
import os
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from broadcaster import auth
from broadcaster.booths.rehearsed import rehearsal_server
from broadcaster.commands.demo import FIXED
from broadcaster.commands.events.client import DeskAccess, DeskClient, desk_client
from broadcaster.commands.links import local_url
from broadcaster.commands.report.writing import compared_with, read_event, write_report
from broadcaster.commands.running import out
from broadcaster.commands.settings import settings_from
from broadcaster.config import Role
from broadcaster.errors import BroadcasterError
from broadcaster.model.language import FLOOR, describe
from broadcaster.rehearsal import talk
from broadcaster.report.delay import AUDIBLE_DBFS
from broadcaster.report.figures import Compared
from broadcaster.report.quality.scoring import require_scorers
from broadcaster.serving import running
from broadcaster.system.child_process import child

EVENT = "rated"
LOOK_EVERY_S = 1.0
QUIET_LOOKS = 12
"""After the recording all channels must be silent for this many looks. On a busy machine the last
sentence may be recognised some seconds after it was said."""
LONGEST_TAIL_S = 120.0
STORED_S = 4.0
"""After closing, the booths finish their sentences and the last samples are stored."""
USUAL_LANGUAGES = ("es", "fr", "de")
_OWN = {"redis_url": None, "workers": 1, "host": "127.0.0.1", "port": 0, "tls": False}


@dataclass(frozen=True, slots=True)
class Rated:
    """A recording to broadcast.

    Attributes:
        recording: a sound file.
        title: of the report.
        languages: of the channels.
        compared: with what.
        source: tag of the language that is spoken; None if the interpreter finds it.
    """

    recording: Path
    title: str
    languages: tuple[str, ...]
    compared: Compared
    source: str | None = None


def recorded(
    recording: Path,
    script: Path | None,
    references: tuple[str, ...],
    languages: tuple[str, ...],
    source: str | None,
) -> Rated:
    """A recording with what the command line says about it.

    Raises:
        BroadcasterError: a file cannot be used, or a language is not known.
        click.UsageError: no language is named.
    """
    compared = compared_with(script, references)
    named = (describe(one).tag for one in languages)
    tags = tuple(one for one in dict.fromkeys([*compared.references, *named]) if one != FLOOR)
    if not tags:
        raise click.UsageError("Name a --reference or a --language to interpret into.")
    spoken = None if source is None else describe(source).tag
    return Rated(recording, recording.stem, tags, compared, spoken)


def prepared(languages: tuple[str, ...]) -> Rated:
    """The prepared talk with its translations.

    Args:
        languages: of the channels; empty for some.

    Raises:
        BroadcasterError: it is not translated into one of the languages.
    """
    shipped = talk.load()
    languages = tuple(dict.fromkeys(languages)) or USUAL_LANGUAGES
    if unknown := [one for one in languages if one not in shipped.languages()]:
        raise BroadcasterError(
            f"the prepared talk is not translated into {', '.join(unknown)}",
            hint="Choose of: " + ", ".join(sorted(shipped.languages())) + ".",
        )
    references = {
        language: [one.translations.get(language, one.text) for one in shipped.sentences]
        for language in languages
    }
    script = [one.text for one in shipped.sentences]
    references[FLOOR] = script
    return Rated(shipped.audio_path, "talk", languages, Compared(script, references))


async def rate_recording(rated: Rated, folder: Path) -> None:
    """Broadcast a recording, and write its report.

    Args:
        rated: what to broadcast.
        folder: for the files.

    Raises:
        BroadcasterError: something of it did not work.
    """
    if rated.compared.references:
        require_scorers()
    settings = settings_from(_OWN)
    if local := not (settings.api_key or settings.realtime_url or settings.provider):
        settings = settings_from({**FIXED, **_OWN})
    async with AsyncExitStack() as stack:
        data_dir = Path(stack.enter_context(TemporaryDirectory(prefix="broadcaster-rate-")))
        changes: dict[str, Any] = {"data_dir": data_dir, "on_demand": False, "public_url": None}
        if local:
            server = await stack.enter_async_context(rehearsal_server())
            changes["realtime_url"] = server.url
        settings = settings.model_copy(update=changes)
        token, _ = auth.admin_token(data_dir)
        acceptor = await stack.enter_async_context(running(settings, frozenset(Role), token))
        access = DeskAccess(local_url(settings, acceptor.addresses), token)
        async with desk_client(access) as desk:
            await _broadcast(desk, access.url, rated)
        records = await read_event(access, EVENT)
    await asyncio.to_thread(write_report, records, rated.compared, folder)


async def _broadcast(desk: DeskClient, url: str, rated: Rated) -> None:
    """Play the recording to the end of its interpretation, and close the event."""
    body: dict[str, Any] = {"id": EVENT, "title": rated.title, "languages": rated.languages}
    if rated.source is not None:
        body["source_language"] = rated.source
    created = await desk.call("POST", "", body)
    await desk.call("PATCH", f"/{EVENT}", {"state": "live"})
    out.print(f"Broadcasting {rated.recording}…", soft_wrap=True)
    command = [sys.executable, "-m", "broadcaster", "publish", str(rated.recording)]
    command += [f"{url}/whip/{EVENT}", "--progress", "off"]
    environment = os.environ | {"BROADCASTER_STAGE_KEY": created["stage_key"]}
    async with child(command, env=environment) as publisher:
        if await publisher.wait() != 0:
            raise BroadcasterError(
                f"{rated.recording} could not be published", hint="The lines above say why."
            )
    quiet = 0
    for _ in range(round(LONGEST_TAIL_S / LOOK_EVERY_S)):
        await asyncio.sleep(LOOK_EVERY_S)
        quiet = 0 if _speaks(await desk.call("GET", f"/{EVENT}/status")) else quiet + 1
        if quiet == QUIET_LOOKS:
            break
    await desk.call("POST", f"/{EVENT}/close")
    await asyncio.sleep(STORED_S)


def _speaks(status: Mapping[str, Any]) -> bool:
    """Whether a channel still speaks, or has something to say."""
    return any(
        channel["queue_ms"] > 0 or channel["level_dbfs"] >= AUDIBLE_DBFS
        for channel in status["channels"]
    )
