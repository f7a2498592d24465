"""Transcription: the speaker's own words as text, for the source captions."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from broadcaster.booths.engines.connected import ContinuousEngine
from broadcaster.booths.engines.engine import (
    Done,
    EngineOutput,
    FloorSpan,
    SourceText,
    TextOutput,
)
from broadcaster.realtime.session_events import InputSegment, InputText, Usage
from broadcaster.realtime.socket.audio import AudioConnection

_SETTLED_MS = 500
"""All that was said this long after a settled text is written down with it: its times are not
exact."""
_MOST_EARLY = 64
"""Items whose settled text is remembered until all of it has come."""


@dataclass(frozen=True, slots=True)
class _Early:
    """The settled text of an item, of which more may come.

    Attributes:
        text: so far.
        end_ms: its end in the sound that was sent.
    """

    text: str
    end_ms: int


class Transcribe(ContinuousEngine):
    """`Engine` over the transcription endpoint.

    The text of an item comes when it is committed and heard, which can be ten seconds after its
    first word. Settled fragments, which some servers send, are given out at once.
    """

    def __init__(self, connection: AudioConnection) -> None:
        super().__init__(connection)
        self._early: dict[str, _Early] = {}
        self._provisional = ""
        """The item of which a fragment came that is not settled."""

    async def outputs(self) -> AsyncIterator[EngineOutput]:
        """See `Engine`."""
        sends_early_text = False
        async for output in self._connection:
            match output:
                case InputText(text=text) as fragment:
                    sends_early_text = True
                    yield SourceText(text)
                    if (settled := self._settled(fragment)) is not None:
                        yield settled
                case InputSegment(final=True, end_ms=end_ms) as segment:
                    end = self._position(end_ms)
                    assert end is not None, "a segment ends after the first sample"
                    if (rest := self._rest(segment)) is not None:
                        yield rest
                        if not sends_early_text:
                            yield SourceText(rest.text)
                    yield Done(end, "", Usage())
                case _:
                    pass

    def _settled(self, fragment: InputText) -> TextOutput | None:
        """The output for a settled fragment; None if its item's text has to be waited for."""
        if fragment.said_ms is None:
            self._provisional = fragment.item_id
        if fragment.said_ms is None or fragment.item_id == self._provisional:
            return None
        start_ms, end_ms = fragment.said_ms
        before = self._early.get(fragment.item_id)
        self._early[fragment.item_id] = _Early(
            fragment.text if before is None else before.text + fragment.text, end_ms
        )
        if len(self._early) > _MOST_EARLY:
            del self._early[next(iter(self._early))]
        text = f" {fragment.text.lstrip()}" if before is None else fragment.text
        said = self._floor_span(start_ms, end_ms)
        return TextOutput(text, self._position(end_ms + _SETTLED_MS), said)

    def _rest(self, segment: InputSegment) -> TextOutput | None:
        """The output for the text of an item that was not given out before; None if all was."""
        early, text = self._early.pop(segment.item_id, None), segment.text.strip()
        if early is None:
            return TextOutput(f" {text}", None, self._span(segment)) if text else None
        rest = text[len(early.text.strip()) :]
        span = self._floor_span(early.end_ms, max(early.end_ms, segment.end_ms))
        return TextOutput(rest, None, span) if rest else None

    def _span(self, segment: InputSegment) -> FloorSpan | None:
        """The part of the floor in which a segment was said, as precisely as the server told."""
        start, end = segment.speech_start_ms, segment.speech_end_ms
        return self._floor_span(
            segment.start_ms if start is None else start, segment.end_ms if end is None else end
        )

    def _floor_span(self, start_ms: int, end_ms: int) -> FloorSpan | None:
        start, end = self._start_position(start_ms), self._position(end_ms)
        return None if start is None or end is None else (start, max(start, end))
