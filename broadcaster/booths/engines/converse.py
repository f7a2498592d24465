"""Interpretation phrase by phrase, by a conversational model with an interpreter's instructions."""

from collections.abc import AsyncIterator

from broadcaster.booths.engines.connected import ConnectedEngine
from broadcaster.booths.engines.engine import Done, EngineOutput, SpeechOutput, TextOutput
from broadcaster.booths.engines.phrases import Phrase, PhraseSegmenter
from broadcaster.realtime.session_events import (
    AudioDelta,
    OutputText,
    SegmentDone,
    SegmentLost,
    SessionEvent,
)
from broadcaster.realtime.socket.conversation import ConversationConnection


class Converse(ConnectedEngine[ConversationConnection]):
    """`Engine` over the conversational endpoint.

    Args:
        connection: an open session.
        spaced: whether the language puts a space between sentences.
    """

    def __init__(self, connection: ConversationConnection, *, spaced: bool) -> None:
        super().__init__(connection)
        self._spaced = spaced
        self._segmenter = PhraseSegmenter()
        self._phrases: dict[int, Phrase] = {}
        self._count = 0

    @property
    def unsent_blocks(self) -> int:
        """Always 0: a phrase that cannot be sent is a `Done` with an error id."""
        return 0

    def push_floor_pcm(self, position: int, pcm: bytes) -> None:
        """See `Engine`."""
        self._interpret(self._segmenter.push_floor_pcm(position, pcm))

    async def close(self, deadline_s: float) -> None:
        """See `Engine`."""
        self._interpret(self._segmenter.flush())
        await self._connection.close(deadline_s)

    async def outputs(self) -> AsyncIterator[EngineOutput]:
        """See `Engine`."""
        speaking: int | None = None
        async for output in self._connection:
            if self._spaced and isinstance(output, OutputText) and output.segment != speaking:
                speaking = output.segment
                yield TextOutput(" ", None)
            understood = self._understood(output)
            if understood is not None:
                yield understood

    def _interpret(self, phrases: list[Phrase]) -> None:
        for phrase in phrases:
            self._phrases[self._count] = phrase
            self._connection.interpret(self._count, phrase.pcm)
            self._count += 1

    def _understood(self, output: SessionEvent) -> EngineOutput | None:
        match output:
            case AudioDelta(pcm=pcm, segment=int(segment)):
                phrase = self._phrases[segment]
                return SpeechOutput(pcm, phrase.position, phrase.span)
            case OutputText(text=text, segment=int(segment)):
                phrase = self._phrases[segment]
                return TextOutput(text, phrase.end, phrase.span)
            case SegmentDone(segment=segment, ok=ok, reason=reason, usage=usage):
                phrase = self._phrases.pop(segment)
                return Done(phrase.end, "" if ok else reason, usage, phrase.span)
            case SegmentLost(segment=segment, reason=reason, usage=usage):
                phrase = self._phrases.pop(segment)
                return Done(phrase.end, reason, usage, phrase.span)
        return None
