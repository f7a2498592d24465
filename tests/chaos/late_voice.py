"""A Realtime server that writes a sentence at once and speaks it seconds later, as the local one.

Its outputs tell the place on the floor that they interpret: the text the end of its sentence, the
sound the words that it says.
"""

import base64
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from aiohttp import WSMsgType, web

from tests.chaos.words import FILLER, FRAME, FastClock, read_frame, word_frame

VOICE_S = 3.0
"""The sound of a sentence comes this long after its text."""
SETTLED_MS = 500
"""The place of a text is this long after its last word."""
CLAUSE_S = 0.5
"""The second clause of a sentence sounds this much later than the first, with filler between."""
QUIET_FRAMES = 10
"""A pause of this many frames ends a sentence."""
TEXT_S = 0.8
"""The text comes this long after the end of the sentence was heard, and its full stop later."""
STOP_S = 0.4
BURST = 4
"""Words whose sound is sent for each block that is heard."""


class Loss(Enum):
    """The ways in which a session is lost."""

    CUT = "its connection breaks"
    CLOSED = "the server closes it with 1011"
    ENDED = "the server ends it"
    HANGS = "it says nothing any more"


@dataclass
class LateSession:
    """The server's interpretation of one session's sound.

    Attributes:
        letter: which each word begins with.
        written: the sentences whose text was sent, each with its time.
    """

    clock: FastClock
    letter: str = "s"
    voice_s: float | None = VOICE_S
    written: list[tuple[float, int]] = field(default_factory=list)
    blocks: int = 0
    _heard: list[tuple[int, int, int]] = field(default_factory=list)
    """Words of the sentence under way, with the ms at which each begins."""
    _quiet_frames: int = 0
    _texts: deque[tuple[float, dict[str, object]]] = field(default_factory=deque)
    """Texts, each with its time."""
    _sounds: deque[tuple[float, dict[str, object]]] = field(default_factory=deque)
    """Sounds, each with its time."""

    def hear(self, pcm: bytes) -> list[dict[str, object]]:
        """The events that follow 200 ms of sound."""
        for at in range(0, len(pcm), 2 * FRAME):
            at_ms = 200 * self.blocks + at // 48
            self._hear_frame(read_frame(pcm[at : at + 2 * FRAME]), at_ms)
        self.blocks += 1
        return self._texts_until(self.clock.monotonic()) + self._sounds_until_now()

    def finish(self) -> list[dict[str, object]]:
        """The events that are still to come."""
        self._end_sentence(200 * self.blocks)
        return self._texts_until(float("inf")) + [sound for _, sound in self._sounds]

    def _hear_frame(self, word: tuple[int, int] | None, at_ms: int) -> None:
        self._quiet_frames = 0 if word is not None else self._quiet_frames + 1
        another = word is not None and bool(self._heard) and word[0] != self._heard[0][0]
        if another or self._quiet_frames >= QUIET_FRAMES:
            self._end_sentence(at_ms - 20 * self._quiet_frames)
        if word is not None and (not self._heard or self._heard[-1][:2] != word):
            self._heard.append((*word, at_ms))

    def _end_sentence(self, end_ms: int) -> None:
        words, self._heard = self._heard, []
        if not words:
            return
        place_ms = end_ms + SETTLED_MS
        written_s = self.clock.monotonic() + TEXT_S
        self.written.append((written_s, words[0][0]))
        for at in range(0, len(words), 2):
            text = "".join(f" {self.letter}{one}w{word}" for one, word, _ in words[at : at + 2])
            self._texts.append((written_s, _text(text, place_ms)))
        self._texts.append((written_s + STOP_S, _text(".", place_ms)))
        if self.voice_s is None:
            return
        start_ms = words[0][2]
        for number, (sentence, word, _) in enumerate(words):
            share = number / len(words)
            said_ms = round(start_ms + share * (end_ms - start_ms))
            sound = base64.b64encode(word_frame(sentence, word) * 10).decode()
            event: dict[str, object] = {"type": "session.output_audio.delta", "delta": sound}
            clause_s = CLAUSE_S if number > len(words) // 2 else 0.0
            self._sounds.append(
                (written_s + self.voice_s + clause_s, {**event, "elapsed_ms": said_ms})
            )

    def _texts_until(self, now_s: float) -> list[dict[str, object]]:
        ready = []
        while self._texts and self._texts[0][0] <= now_s:
            ready.append(self._texts.popleft()[1])
        return ready

    def _sounds_until_now(self) -> list[dict[str, object]]:
        now_s = self.clock.monotonic()
        ready: list[dict[str, object]] = []
        while self._sounds and self._sounds[0][0] <= now_s and len(ready) < BURST:
            ready.append(self._sounds.popleft()[1])
        return ready or [{**FILLER, "elapsed_ms": 200 * self.blocks}]


def _text(text: str, place_ms: int) -> dict[str, object]:
    return {"type": "session.output_transcript.delta", "delta": text, "elapsed_ms": place_ms}


class LateVoiceServer:
    """A Realtime translation server whose voice is late, and that loses sessions.

    Args:
        clock: time.
        losses: for a sentence the seconds after its text at which the session is lost, once each.
        loss: the way in which sessions are lost.
        letter: which each of its words begins with.
        voice_s: seconds from a text to its sound; None if it only writes.

    Attributes:
        lost: the sentences at which a session was lost.
    """

    def __init__(
        self,
        clock: FastClock,
        losses: Mapping[int, float],
        loss: Loss = Loss.CUT,
        *,
        letter: str = "s",
        voice_s: float | None = VOICE_S,
    ) -> None:
        self.lost: list[int] = []
        self._clock = clock
        self._losses = dict(losses)
        self._loss = loss
        self._letter = letter
        self._voice_s = voice_s

    @property
    def speaks(self) -> bool:
        """Whether it speaks what it writes."""
        return self._voice_s is not None

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Interpret one session."""
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        session: dict[str, object] = {"id": "s", "type": "translation", "model": "m"}
        await socket.send_json({"type": "session.created", "session": {**session, "audio": {}}})
        echo = LateSession(self._clock, self._letter, self._voice_s)
        hangs = False
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            event = json.loads(message.data)
            if event["type"] == "session.update":
                updated = {**session, "audio": event["session"]["audio"]}
                await socket.send_json({"type": "session.updated", "session": updated})
            elif event["type"] == "session.close":
                for late in echo.finish():
                    await socket.send_json(late)
                await socket.send_json({"type": "session.closed"})
            elif not hangs:
                for answer in echo.hear(base64.b64decode(event["audio"])):
                    await socket.send_json(answer)
                hangs = await self._lose(request, socket, echo)
        return socket

    async def _lose(
        self, request: web.Request, socket: web.WebSocketResponse, echo: LateSession
    ) -> bool:
        """Lose the session if its time has come; returns whether it hangs from now on."""
        now = self._clock.monotonic()
        due = [
            one for at, one in echo.written if one in self._losses and now >= at + self._losses[one]
        ]
        if not due:
            return False
        del self._losses[due[0]]
        self.lost.append(due[0])
        match self._loss:
            case Loss.CUT:
                assert request.transport is not None
                request.transport.abort()
            case Loss.CLOSED:
                await socket.close(code=1011, message=b"upstream failed")
            case Loss.ENDED:
                await socket.send_json({"type": "session.closed"})
                await socket.close()
            case Loss.HANGS:
                return True
        return False
