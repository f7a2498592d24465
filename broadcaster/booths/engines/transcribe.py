"""Transcription: the speaker's own words as text, for the source captions."""

from collections.abc import AsyncIterator

from broadcaster.booths.engines.connected import ContinuousEngine
from broadcaster.booths.engines.engine import (
    Done,
    EngineOutput,
    FloorSpan,
    SourceText,
    TextOutput,
)
from broadcaster.realtime.session_events import InputSegment, InputText, Usage


class Transcribe(ContinuousEngine):
    """`Engine` over the transcription endpoint."""

    async def outputs(self) -> AsyncIterator[EngineOutput]:
        """See `Engine`."""
        sends_early_text = False
        async for output in self._connection:
            match output:
                case InputText(text=text):
                    sends_early_text = True
                    yield SourceText(text)
                case InputSegment(text=text, final=True, end_ms=end_ms) as segment:
                    end = self._position(end_ms)
                    assert end is not None, "a segment ends after the first sample"
                    if text:
                        yield TextOutput(f" {text.strip()}", None, self._span(segment))
                        if not sends_early_text:
                            yield SourceText(f" {text.strip()}")
                    yield Done(end, "", Usage())
                case _:
                    pass

    def _span(self, segment: InputSegment) -> FloorSpan | None:
        """The part of the floor in which a segment was said, as precisely as the server told."""
        start = self._start_position(segment.speech_start_ms)
        end = self._position(segment.speech_end_ms)
        if start is None:
            start = self._start_position(segment.start_ms)
        if end is None:
            end = self._position(segment.end_ms)
        return None if start is None or end is None else (start, max(start, end))
