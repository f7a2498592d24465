"""What a booth can have behind one face: continuous or phrase-by-phrase interpreters, a writer."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from broadcaster.booths.engines.phrases import Phrase, PhraseSegmenter
from broadcaster.model.audio import ms_to_samples
from broadcaster.realtime.session_events import (
    AudioDelta,
    InputSegment,
    InputText,
    OutputText,
    SegmentDone,
    SegmentLost,
    SessionEvent,
    Usage,
)
from broadcaster.realtime.socket.audio import AudioConnection
from broadcaster.realtime.socket.conversation import ConversationConnection


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
    """A fragment of what is said; `position` as in `Sound`."""

    text: str
    position: int | None


@dataclass(frozen=True, slots=True)
class Done:
    """The floor is interpreted up to here, as well as it will be.

    Attributes:
        position: event-clock sample.
        lost: identifier of what went wrong when a phrase was not interpreted; empty otherwise.
        usage: what it used.
    """

    position: int
    lost: str
    usage: Usage


@dataclass(frozen=True, slots=True)
class Overheard:
    """A fragment of what the speaker says, at once and not certain; tells which language it is."""

    text: str


Said = Sound | Text | Done | Overheard


class Engine(Protocol):
    """An open session of an interpreter."""

    @property
    def expires_at(self) -> int | None:
        """Unix time in seconds at which the server ends it, if it says so."""

    @property
    def complete(self) -> bool:
        """Whether it has said all it had to; asked when `said` has ended."""

    @property
    def unsent_blocks(self) -> int:
        """What it was to hear and could not be sent, because the connection was too slow."""

    def append(self, position: int, pcm: bytes) -> None:
        """Hear the next 200 ms of the floor; never waits."""

    async def close(self, deadline_s: float) -> None:
        """Finish what was heard; `said` ends within the deadline."""

    def said(self) -> AsyncIterator[Said]:
        """What it says, until it is closed.

        Raises:
            InterpreterFailed: the session dropped.
        """


Connect = Callable[[], AbstractAsyncContextManager[Engine]]
"""Opens a session of one language's interpreter."""


class _Continuous:
    """A session that hears the floor from one position on, without a gap."""

    def __init__(self, connection: AudioConnection) -> None:
        self._start: int | None = None
        self._connection = connection

    @property
    def expires_at(self) -> int | None:
        """See `Engine`."""
        return self._connection.session.expires_at

    @property
    def complete(self) -> bool:
        """See `Engine`."""
        return self._connection.complete

    @property
    def unsent_blocks(self) -> int:
        """See `Engine`."""
        return self._connection.frames.overflowed

    def append(self, position: int, pcm: bytes) -> None:
        """See `Engine`."""
        if self._start is None:
            self._start = position
        self._connection.append(pcm)

    async def close(self, deadline_s: float) -> None:
        """See `Engine`."""
        await self._connection.close(deadline_s)

    def _position(self, elapsed_ms: int | None) -> int | None:
        if elapsed_ms is None or self._start is None:
            return None
        return self._start + ms_to_samples(elapsed_ms)


class Translate(_Continuous):
    """Continuous translation; see `Engine`."""

    async def said(self) -> AsyncIterator[Said]:
        """See `Engine`."""
        async for output in self._connection:
            match output:
                case AudioDelta(pcm=pcm, elapsed_ms=elapsed_ms):
                    yield Sound(pcm, self._position(elapsed_ms))
                case OutputText(text=text, elapsed_ms=elapsed_ms):
                    yield Text(text, self._position(elapsed_ms))
                case _:
                    pass


class Converse:
    """Phrase by phrase over the conversational endpoint; see `Engine`."""

    def __init__(self, connection: ConversationConnection, *, spaced: bool) -> None:
        self._connection = connection
        self._spaced = spaced
        self._segmenter = PhraseSegmenter()
        self._phrases: dict[int, Phrase] = {}
        self._count = 0

    @property
    def expires_at(self) -> int | None:
        """See `Engine`."""
        return self._connection.session.expires_at

    @property
    def complete(self) -> bool:
        """See `Engine`."""
        return self._connection.complete

    @property
    def unsent_blocks(self) -> int:
        """None: a phrase that cannot be sent is `Done` with what was lost."""
        return 0

    def append(self, position: int, pcm: bytes) -> None:
        """See `Engine`."""
        self._interpret(self._segmenter.push(position, pcm))

    async def close(self, deadline_s: float) -> None:
        """See `Engine`."""
        self._interpret(self._segmenter.flush())
        await self._connection.close(deadline_s)

    async def said(self) -> AsyncIterator[Said]:
        """See `Engine`."""
        speaking: int | None = None
        async for output in self._connection:
            if self._spaced and isinstance(output, OutputText) and output.segment != speaking:
                speaking = output.segment
                yield Text(" ", None)
            said = self._understood(output)
            if said is not None:
                yield said

    def _interpret(self, phrases: list[Phrase]) -> None:
        for phrase in phrases:
            self._phrases[self._count] = phrase
            self._connection.interpret(self._count, phrase.pcm)
            self._count += 1

    def _understood(self, output: SessionEvent) -> Said | None:
        match output:
            case AudioDelta(pcm=pcm, segment=int(segment)):
                return Sound(pcm, self._phrases[segment].position)
            case OutputText(text=text, segment=int(segment)):
                return Text(text, self._phrases[segment].end)
            case SegmentDone(segment=segment, ok=ok, reason=reason, usage=usage):
                return Done(self._phrases.pop(segment).end, "" if ok else reason, usage)
            case SegmentLost(segment=segment, reason=reason, usage=usage):
                return Done(self._phrases.pop(segment).end, reason, usage)
        return None


class Transcribe(_Continuous):
    """What the floor says, as text; see `Engine`."""

    async def said(self) -> AsyncIterator[Said]:
        """See `Engine`."""
        early = False
        async for output in self._connection:
            match output:
                case InputText(text=text):
                    early = True
                    yield Overheard(text)
                case InputSegment(text=text, final=True, end_ms=end_ms):
                    end = self._position(end_ms)
                    assert end is not None, "it heard something"
                    if text:
                        yield Text(f" {text.strip()}", None)
                        if not early:  # the model writes only what was committed
                            yield Overheard(f" {text.strip()}")
                    yield Done(end, "", Usage())
                case _:
                    pass
