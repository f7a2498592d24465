"""One translation session: its ear and its output."""

import asyncio
import logging

from broadcaster.rehearsal.faults.connection import Finished, Line
from broadcaster.rehearsal.hearing.listening import Ear, Listening
from broadcaster.rehearsal.hearing.recognition import Heard, HeardQueue
from broadcaster.rehearsal.sessions.output import Output, Sound, Text, pieces
from broadcaster.rehearsal.sessions.session import Session, Settings, expiry
from broadcaster.rehearsal.speaking.interpreting import Interpreter
from broadcaster.rehearsal.wire.constants import INPUT_FRAME_BYTES, INPUT_FRAME_MS
from broadcaster.rehearsal.wire.languages import UNSPACED
from broadcaster.rehearsal.wire.translation import (
    Append,
    Close,
    Config,
    TranslationEvents,
    Update,
    parse,
)

_DRAIN_S = 30.0
"""A server says goodbye when it has said all, however busy its machine is."""

_log = logging.getLogger(__name__)


class TranslationSession(Session):
    """Serves one client of the translation endpoint.

    Args:
        line: the connection.
        settings: how the server behaves.
        listening: where its ear joins the others.
        interpreter: translates and speaks.
    """

    _events: TranslationEvents

    def __init__(
        self, line: Line, settings: Settings, listening: Listening, interpreter: Interpreter
    ) -> None:
        events = TranslationEvents(line.faults.subject.session_id, expiry(settings))
        super().__init__(line, settings, events)
        self._interpreter = interpreter
        self._config = Config()
        self._heard = HeardQueue()
        self._ear = Ear(listening, self._on_heard)
        self._output = Output()
        self._partial_frame = b""
        self._frames = 0
        self._transcribed = False

    def _begin(self, tasks: asyncio.TaskGroup) -> None:
        tasks.create_task(self._heard.each(self._pass_on), name="rehearsal-interpret")

    async def _greet(self) -> None:
        await self._line.send(self._events.created(self._config.to_json()))

    def _leave(self) -> None:
        self._ear.close()

    async def _handle(self, text: str) -> None:
        match parse(text):
            case Update() as update:
                self._config = update.applied_to(self._config)
                self._line.faults.subject.language = self._config.language
                await self._line.send(self._events.updated(self._config.to_json()))
            case Append(pcm):
                await self._listen(pcm)
            case Close():
                await self._close()

    async def _listen(self, pcm: bytes) -> None:
        """Shorter appends are buffered to a frame, longer ones split."""
        sound = self._partial_frame + pcm
        whole = len(sound) - len(sound) % INPUT_FRAME_BYTES
        self._partial_frame = sound[whole:]
        for at in range(0, whole, INPUT_FRAME_BYTES):
            self._line.faults.received(INPUT_FRAME_MS)
            await self._line.strike()
            await self._ear.hear(sound[at : at + INPUT_FRAME_BYTES])
            self._frames += 1
            await self._say(self._output.tick())

    def _on_heard(self, heard: Heard) -> None:
        if heard.kind == "begun":
            return
        if self._line.faults.spell("deaf", heard.end_ms):
            return
        self._heard.put(heard)

    async def _pass_on(self, heard: Heard) -> None:
        if self._config.transcription is not None:
            for number, delta in enumerate(pieces(self._interpreter.original(heard))):
                joint = " " if self._transcribed and number == 0 else ""
                event = self._events.input_text(joint + delta, self._elapsed_ms())
                await self._line.send(event)
            self._transcribed = True
        faults = self._line.faults
        at_ms = heard.end_ms
        language = self._interpreter.spoken_under(faults, self._config.language, at_ms)
        said = await self._interpreter.interpret(heard, language, faults.slowness(at_ms))
        if said is not None:
            spaced = language not in UNSPACED
            whole = faults.spell("whole_utterances", at_ms) is not None
            await self._say(self._output.say(said.text, said.pcm, spaced=spaced, whole=whole))

    async def _close(self) -> None:
        """Say all that is left, take some time, and end."""
        try:
            async with asyncio.timeout(_DRAIN_S):
                await self._ear.finish()
                await self._heard.done()
        except TimeoutError:
            _log.warning("a session was closed before all was recognised")
        await self._say(self._output.rest())
        await asyncio.sleep(self._settings.close_delay_s)
        await self._line.end(self._events.closed())
        raise Finished

    async def _say(self, deltas: list[Text | Sound]) -> None:
        for delta in deltas:
            match delta:
                case Text(text):
                    await self._line.send(self._events.output_text(text, self._elapsed_ms()))
                case Sound(pcm):
                    await self._line.send(self._events.output_audio(pcm, self._elapsed_ms()))

    def _elapsed_ms(self) -> int:
        """The input's position at emission less one frame, as the real server counts."""
        return max(0, self._frames - 1) * INPUT_FRAME_MS
