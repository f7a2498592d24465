"""Transcription: the speaker's own words as text, for the source captions."""

from collections.abc import AsyncIterator

from broadcaster.booths.engines.connected import ContinuousEngine
from broadcaster.booths.engines.engine import Done, EngineOutput, SourceText, TextOutput
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
                case InputSegment(text=text, final=True, start_ms=start_ms, end_ms=end_ms):
                    end = self._position(end_ms)
                    assert end is not None, "a segment ends after the first sample"
                    if text:
                        yield TextOutput(f" {text.strip()}", None, self._span(start_ms, end_ms))
                        if not sends_early_text:
                            yield SourceText(f" {text.strip()}")
                    yield Done(end, "", Usage())
                case _:
                    pass
