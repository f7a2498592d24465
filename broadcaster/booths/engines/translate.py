"""Continuous translation: it hears the floor and speaks at the same time."""

from collections.abc import AsyncIterator

from broadcaster.booths.engines.connected import ContinuousEngine
from broadcaster.booths.engines.engine import EndsSoon, EngineOutput, SpeechOutput, TextOutput
from broadcaster.realtime.session_events import AudioDelta, OutputText, SessionEnding
from broadcaster.realtime.socket.audio import AudioConnection


class Translate(ContinuousEngine):
    """`Engine` over the translation endpoint.

    Args:
        connection: an open session.
        spaced: whether the language puts a space between sentences.
    """

    def __init__(self, connection: AudioConnection, *, spaced: bool) -> None:
        super().__init__(connection)
        self._spaced = spaced

    async def outputs(self) -> AsyncIterator[EngineOutput | EndsSoon]:
        """See `Engine`."""
        speaking: int | None = None
        async for output in self._connection:
            match output:
                case AudioDelta(pcm=pcm, elapsed_ms=elapsed_ms):
                    yield SpeechOutput(pcm, self._position(elapsed_ms))
                case OutputText(text=text, elapsed_ms=elapsed_ms, segment=segment):
                    if self._spaced and segment != speaking and speaking is not None:
                        text = f" {text.lstrip()}"
                    speaking = segment
                    yield TextOutput(text, self._position(elapsed_ms))
                case SessionEnding():
                    yield EndsSoon()
                case _:
                    pass
