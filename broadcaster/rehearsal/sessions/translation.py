"""One translation session: sound in, another language out."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from broadcaster.rehearsal.faults.connection import FaultyConnection, SessionFinished
from broadcaster.rehearsal.hearing.recognition import Recognition
from broadcaster.rehearsal.hearing.shared_streams import SharedStreams
from broadcaster.rehearsal.sessions.output import (
    AudioPiece,
    Span,
    TranscriptPiece,
    TranslationOutput,
    between,
    pieces,
)
from broadcaster.rehearsal.sessions.session import RehearsalSettings, expiry
from broadcaster.rehearsal.sessions.speech_input import SpeechInput
from broadcaster.rehearsal.speaking.interpreter import TalkInterpreter, WrittenTranslation
from broadcaster.rehearsal.wire.constants import INPUT_FRAME_BYTES, INPUT_FRAME_MS
from broadcaster.rehearsal.wire.translation import (
    CLIENT_EVENTS,
    TranslationConfig,
    TranslationEvents,
)
from broadcaster.rehearsal.wire.validation import Json

_DRAIN_S = 30.0
"""Even on a busy machine the last words are recognised and spoken by then."""
_MOST_UNSPOKEN = 64
"""Most sentences that wait for the voice. The next one waits to be translated."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Unspoken:
    """A sentence that waits for the voice, and since when."""

    said: WrittenTranslation
    span: Span
    whole: bool
    written_s: float


class FakeTranslationSession:
    """A `EndpointSession` of the translation endpoint.

    The text of a sentence is sent before the voice begins to work on it.

    Args:
        connection: to the client.
        settings: how the server behaves.
        streams: recognised sound that sessions share.
        interpreter: translates and speaks.
    """

    client_events = CLIENT_EVENTS

    def __init__(
        self,
        connection: FaultyConnection,
        settings: RehearsalSettings,
        streams: SharedStreams,
        interpreter: TalkInterpreter,
    ) -> None:
        self.events = TranslationEvents(connection.faults.session.session_id, expiry(settings))
        self._connection, self._interpreter = connection, interpreter
        self._close_delay_s, self._tells_places = settings.close_delay_s, settings.tells_places
        self._config = TranslationConfig()
        self._input = SpeechInput(
            connection, streams, step_bytes=INPUT_FRAME_BYTES, beginnings=False
        )
        self._output = TranslationOutput()
        self._unspoken: asyncio.Queue[_Unspoken] = asyncio.Queue(_MOST_UNSPOKEN)
        self._sending = asyncio.Lock()
        self._frames = 0
        self._transcribed = False

    def config(self) -> Json:
        """See `EndpointSession`."""
        return self._config.to_json()

    def start(self, tasks: asyncio.TaskGroup) -> None:
        """See `EndpointSession`."""
        interpreting = self._input.recognised.each(self._interpret)
        tasks.create_task(interpreting, name="rehearsal-interpret")
        tasks.create_task(self._speak(), name="rehearsal-speak")

    def close(self) -> None:
        """See `EndpointSession`."""
        self._input.close()

    async def obey(self, kind: str, event: Json) -> None:
        """See `EndpointSession`."""
        match kind:
            case "session.update":
                self._config = self._config.updated(event["session"])
                self._connection.faults.session.language = self._config.language
                await self._connection.send(self.events.updated(self.config()))
            case "session.input_audio_buffer.append":
                for frame in self._input.cut(event["audio"]):
                    await self._input.hear(frame)
                    self._frames += 1
                    if self._input.invents():
                        await self._invent()
                    await self._send(self._output.tick())
            case "session.close":
                await self._finish()

    async def _interpret(self, heard: Recognition) -> None:
        if self._config.transcription is not None:
            await self._transcribe(heard)
        faults, at_ms = self._connection.faults, heard.end_ms
        language = self._interpreter.spoken_under(faults, self._config.language, at_ms)
        now_s = asyncio.get_running_loop().time
        said = await self._interpreter.translated(heard, language, faults.slowness(at_ms))
        if said is not None:
            whole = faults.active("whole_utterances", at_ms) is not None
            span = (heard.start_ms, heard.end_ms)
            await self._send(self._output.write(said.text, language, span, whole=whole))
            await self._unspoken.put(_Unspoken(said, span, whole, now_s()))

    async def _speak(self) -> None:
        """Speak what was written, one sentence after the other, until cancelled."""
        while True:
            one = await self._unspoken.get()
            if one.whole:
                pcm = await self._interpreter.sound(one.said)
                await self._send(self._output.speak(pcm or b"", one.span, whole=True))
            else:
                waited_s = asyncio.get_running_loop().time() - one.written_s
                async for part in self._interpreter.sound_parts(one.said, waited_s):
                    span = between(one.span, part.begin), between(one.span, part.end)
                    await self._send(self._output.speak(part.pcm, span, ends=part.last))
            self._unspoken.task_done()

    async def _invent(self) -> None:
        language = self._config.language
        said = await self._interpreter.invented(language)
        if said is not None:
            text = self._output.write(said.text, language)
            await self._send([*text, *self._output.speak(said.pcm)])

    async def _transcribe(self, heard: Recognition) -> None:
        for number, delta in enumerate(pieces(self._interpreter.original(heard))):
            joint = " " if self._transcribed and number == 0 else ""
            await self._connection.send(self.events.input_text(joint + delta, self._elapsed_ms()))
        self._transcribed = True

    async def _finish(self) -> None:
        """Say everything that is left, wait as the real server does, and end the session."""
        try:
            async with asyncio.timeout(_DRAIN_S):
                await self._input.finish()
                await self._unspoken.join()
        except TimeoutError:
            _log.warning("a session was closed before everything was recognised")
        await self._send(self._output.rest())
        await asyncio.sleep(self._close_delay_s)
        await self._connection.end(self.events.closed())
        raise SessionFinished

    async def _send(self, deltas: Sequence[TranscriptPiece | AudioPiece]) -> None:
        async with self._sending:  # sentences are written while another one is spoken
            for delta in deltas:
                place_ms = self._place_ms(delta.place_ms)
                match delta:
                    case TranscriptPiece(text):
                        await self._connection.send(self.events.output_text(text, place_ms))
                    case AudioPiece(pcm):
                        await self._connection.send(self.events.output_audio(pcm, place_ms))

    def _place_ms(self, place_ms: int | None) -> int:
        """The time of the input that an output is said to belong to."""
        if place_ms is None or not self._tells_places:
            return self._elapsed_ms()
        return min(place_ms, self._elapsed_ms())

    def _elapsed_ms(self) -> int:
        """The input's position at emission less one frame, as the real server counts."""
        return max(0, self._frames - 1) * INPUT_FRAME_MS
