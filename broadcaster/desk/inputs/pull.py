"""One run of the program that fetches an input and publishes it, and its state by its lines."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from broadcaster.model.inputs.pulled import Pull
from broadcaster.system.child_process import child

_CANNOT_PLAY = 1
"""Exit code of `broadcaster publish`: this machine cannot read such a source."""
_SILENT_DBFS = -100
_ON_FLOOR = "on the floor"


@dataclass(frozen=True, slots=True)
class PullOrder:
    """The order that the program reads from its standard input, since it has secrets.

    Attributes:
        source: address of the stream.
        url: WHIP address.
        key: stage key.
        backup: whether it is the backup input.
        ca: file of a certificate to trust; empty for those of this machine.
    """

    source: str
    url: str
    key: str
    backup: bool
    ca: str = ""


@dataclass(frozen=True, slots=True)
class PullNews:
    """The state of a run.

    Attributes:
        state: never `OFF`.
        detail: a sentence about what is wrong.
        level_dbfs: RMS of the last second.
    """

    state: Pull
    detail: str = ""
    level_dbfs: int = _SILENT_DBFS


async def pulled(command: Sequence[str], order: PullOrder) -> AsyncGenerator[PullNews, None]:
    """Run the program until it ends; yields its state once a second and at each change.

    Args:
        command: the program.
        order: what it does.
    """
    reading = asyncio.subprocess.PIPE
    quiet = asyncio.subprocess.DEVNULL
    async with child(command, stdin=reading, stdout=reading, stderr=quiet) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(ConnectionError):
            process.stdin.write(json.dumps(asdict(order)).encode() + b"\n")
            await process.stdin.drain()
        process.stdin.close()
        words = ""
        async for line in process.stdout:
            with suppress(ValueError):
                status = json.loads(line)
                said = status.get("message", "")
                if said and not said.startswith(_ON_FLOOR):  # its source may still be missing
                    words = said
                yield _news(status, words)


def _news(status: dict[str, Any], words: str) -> PullNews:
    """The state that a line of progress tells.

    Args:
        status: the line.
        words: its sentence, or the last one before it.
    """
    detail = words.removeprefix("Error: ").removesuffix("; waiting for it")
    if "exit_code" in status:
        stopped = status["exit_code"] == _CANNOT_PLAY
        return PullNews(Pull.STOPPED if stopped else Pull.RETRYING, detail)
    if status["device"] and status["state"] == "on_floor":
        return PullNews(Pull.PLAYING, level_dbfs=round(status["level_dbfs"]))
    if not words or words.startswith("waiting for a sender"):
        return PullNews(Pull.CONNECTING)
    return PullNews(Pull.RETRYING, detail)
