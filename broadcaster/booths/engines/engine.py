"""The interface between a booth and its engine: input, output and the end of a session."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from broadcaster.realtime.session_events import Usage


@dataclass(frozen=True, slots=True)
class Sound:
    """Interpreted speech, s16le mono 24 kHz.

    Attributes:
        pcm: of any length, possibly all zero.
        position: event-clock sample of the floor it was interpreted from; None if unknown.
    """

    pcm: bytes
    position: int | None


@dataclass(frozen=True, slots=True)
class Text:
    """A fragment of the engine's text; `position` as in `Sound`."""

    text: str
    position: int | None


@dataclass(frozen=True, slots=True)
class Done:
    """The floor is interpreted up to a position, as well as it will ever be.

    Attributes:
        position: event-clock sample.
        lost: error id when a phrase could not be interpreted; empty otherwise.
        usage: tokens it used.
    """

    position: int
    lost: str
    usage: Usage


@dataclass(frozen=True, slots=True)
class Overheard:
    """A fragment of what the speaker says: early, uncertain, only good to tell the language."""

    text: str


Said = Sound | Text | Done | Overheard


class Engine(Protocol):
    """An open session of an interpreter or a transcriber."""

    @property
    def expires_at(self) -> int | None:
        """Unix time in seconds at which the server ends the session, if it says so."""

    @property
    def complete(self) -> bool:
        """Whether the engine answered everything it heard. Ask after `said` has ended."""

    @property
    def unsent_blocks(self) -> int:
        """200 ms blocks that were dropped because the connection was too slow."""

    def push_floor_pcm(self, position: int, pcm: bytes) -> None:
        """Take the next 200 ms of the floor. Never waits.

        Args:
            position: event-clock sample of its first sample.
            pcm: s16le mono 24 kHz.
        """

    async def close(self, deadline_s: float) -> None:
        """Let the engine answer the rest. `said` ends within the deadline."""

    def said(self) -> AsyncIterator[Said]:
        """Yield the engine's output until it is closed.

        Raises:
            InterpreterFailed: the session dropped.
        """
