"""Continuous translation: it hears the floor and speaks at the same time."""

from collections.abc import AsyncIterator

from broadcaster.booths.engines.connected import ContinuousEngine
from broadcaster.booths.engines.engine import EndsSoon, EngineOutput, SpeechOutput, TextOutput
from broadcaster.realtime.session_events import AudioDelta, OutputText, SessionEnding


class Translate(ContinuousEngine):
    """`Engine` over the translation endpoint."""

    async def outputs(self) -> AsyncIterator[EngineOutput | EndsSoon]:
        """See `Engine`."""
        async for output in self._connection:
            match output:
                case AudioDelta(pcm=pcm, elapsed_ms=elapsed_ms):
                    yield SpeechOutput(pcm, self._position(elapsed_ms))
                case OutputText(text=text, elapsed_ms=elapsed_ms):
                    yield TextOutput(text, self._position(elapsed_ms))
                case SessionEnding():
                    yield EndsSoon()
                case _:
                    pass
