"""The interface between a booth and its engine: input, output and the end of a session."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from broadcaster.realtime.session_events import Usage

FloorSpan = tuple[int, int]
"""A part of the floor: the event-clock samples of its start and of its end."""


@dataclass(frozen=True, slots=True)
class SpeechOutput:
    """Interpreted speech, s16le mono 24 kHz.

    Attributes:
        pcm: of any length, possibly all zero.
        position: event-clock sample of the floor it was interpreted from; None if unknown.
        span: the part of the floor that was sent as one piece and answered by this; None if the
            engine interprets without a break.
        answered_ms: from giving that part of the floor to the engine until this came; None if that
            is unknown.
    """

    pcm: bytes
    position: int | None
    span: FloorSpan | None = None
    answered_ms: int | None = None


@dataclass(frozen=True, slots=True)
class TextOutput:
    """A fragment of what the engine says.

    Attributes:
        text: with its own spacing.
        position: as in `SpeechOutput`.
        span: the part of the floor in which it was said, or that was sent as one piece and answered
            by this; None if unknown.
    """

    text: str
    position: int | None
    span: FloorSpan | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The floor is interpreted up to a position, as well as it will ever be.

    Attributes:
        position: event-clock sample.
        error: error id when a phrase could not be interpreted; empty otherwise.
        usage: tokens it used.
        span: as in `SpeechOutput`.
    """

    position: int
    error: str
    usage: Usage
    span: FloorSpan | None = None


@dataclass(frozen=True, slots=True)
class SourceText:
    """A fragment of what the speaker says: early, uncertain, only good to tell the language."""

    text: str


@dataclass(frozen=True, slots=True)
class EndsSoon:
    """The server will end the session soon: the next one should take over."""


EngineOutput = SpeechOutput | TextOutput | Done | SourceText


class Engine(Protocol):
    """An open session of an interpreter or a transcriber."""

    @property
    def expires_at(self) -> int | None:
        """Unix time in seconds at which the server ends the session, if it says so."""

    @property
    def complete(self) -> bool:
        """Whether everything heard was answered; to be asked when `outputs` has ended."""

    @property
    def unsent_blocks(self) -> int:
        """200 ms blocks that were dropped because the connection was too slow."""

    @property
    def unusable_events(self) -> int:
        """Events of the server with sound or text of which nothing could be used."""

    def push_floor_pcm(self, position: int, pcm: bytes) -> None:
        """Take the next 200 ms of the floor. Never waits.

        Args:
            position: event-clock sample of its first sample.
            pcm: s16le mono 24 kHz.
        """

    async def close(self, deadline_s: float) -> None:
        """Let the engine answer what it has heard; `outputs` ends within the deadline."""

    def outputs(self) -> AsyncIterator[EngineOutput | EndsSoon]:
        """The engine's outputs, until it is closed.

        Raises:
            InterpreterFailed: the session dropped.
        """
