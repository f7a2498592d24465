"""A talk whose sound says which word it is, and a Realtime server that repeats what it hears.

Every 20 ms of the floor carry the number of its sentence and of its word, so the server can
"translate" any stretch of it, from anywhere, with the delay of a real interpreter: the text of a
word follows it by half a second, the full stop comes late, the sound follows the text. What
listeners get can then be compared word by word with what was said.
"""

import asyncio
import base64
import json
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from aiohttp import WSMsgType, web

from broadcaster.audio.blocks import Block
from tests.support.web import on_loopback

_BASE = 4_000
FRAME = 480
BLOCK = 4_800
GOING_AWAY = "session.going_away"
"""Event that says that a session ends soon; OpenAI has none."""
WORD_DELAY_BLOCKS = 2
STOP_DELAY_BLOCKS = 3
FILLER: dict[str, object] = {
    "type": "session.output_audio.delta",
    "delta": base64.b64encode(bytes(2 * FRAME)).decode(),
}
"""The server's answer while it has nothing to say, as OpenAI's."""


class FastClock:
    """Time that runs `speed` times as fast as the real one."""

    def __init__(self, speed: float) -> None:
        self.speed = speed
        self._started = asyncio.get_running_loop().time()

    def monotonic(self) -> float:
        return (asyncio.get_running_loop().time() - self._started) * self.speed

    def now_ms(self) -> int:
        return int(self.monotonic() * 1000)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds) / self.speed)


def word_frame(sentence: int, word: int) -> bytes:
    """20 ms of one word."""
    half = FRAME // 2
    values = np.full(FRAME, _BASE + sentence, "<i2")
    values[half:] = _BASE + word
    return values.tobytes()


def read_frame(pcm: bytes) -> tuple[int, int] | None:
    """Sentence and word of 20 ms, None for a pause."""
    first, last = (int.from_bytes(pcm[at : at + 2], "little", signed=True) for at in (0, FRAME))
    return None if first == 0 else (first - _BASE, last - _BASE)


@dataclass
class Talk:
    """A talk of random sentences.

    Attributes:
        frames: 20 ms each.
        words: every word that is said, in order.
    """

    frames: list[bytes] = field(default_factory=list)
    words: list[tuple[int, int]] = field(default_factory=list)

    @classmethod
    def of_length(cls, seconds: float, seed: int) -> "Talk":
        chance, talk, sentence = random.Random(seed), cls(), 0
        talk.frames += [bytes(2 * FRAME)] * 25
        while len(talk.frames) * 0.02 < seconds:
            for word in range(chance.randint(3, 9)):
                talk.words.append((sentence, word))
                talk.frames += [word_frame(sentence, word)] * chance.randint(10, 20)
                if chance.random() < 0.1:
                    talk.frames += [bytes(2 * FRAME)] * chance.randint(3, 7)
            talk.frames += [bytes(2 * FRAME)] * chance.randint(16, 30)
            sentence += 1
        talk.frames += [bytes(2 * FRAME)] * 200
        return talk

    def blocks(self) -> Iterator[Block]:
        """The talk as 200 ms blocks."""
        for at in range(0, len(self.frames) - 9, 10):
            yield Block(at * FRAME, b"".join(self.frames[at : at + 10]))


class EchoSession:
    """The server's interpretation of one session's sound."""

    def __init__(self) -> None:
        self.blocks = 0
        self.warned = False
        self._word: tuple[int, int] | None = None
        self._quiet_frames = 0
        self._due: list[tuple[int, dict[str, object]]] = []
        self._open_sentence: int | None = None

    def hear(self, pcm: bytes) -> list[dict[str, object]]:
        """The events that follow 200 ms of sound."""
        for at in range(0, len(pcm), 2 * FRAME):
            self._hear_frame(read_frame(pcm[at : at + 2 * FRAME]))
        self.blocks += 1
        return self._take(self.blocks)

    def finish(self) -> list[dict[str, object]]:
        """The events that are still to come."""
        self._end_word()
        self._end_sentence()
        return self._take(None)

    def _hear_frame(self, word: tuple[int, int] | None) -> None:
        self._quiet_frames = self._quiet_frames + 1 if word is None else 0
        if word != self._word:
            self._end_word()
            self._word = word
        if word is not None and self._open_sentence not in {None, word[0]}:
            self._end_sentence()
        if self._quiet_frames >= 10:
            self._end_sentence()

    def _end_word(self) -> None:
        if self._word is None:
            return
        sentence, word = self._word
        self._open_sentence = sentence
        self._later(
            WORD_DELAY_BLOCKS, type="session.output_transcript.delta", delta=f" s{sentence}w{word}"
        )
        sound = base64.b64encode(word_frame(sentence, word) * 10).decode()
        self._later(WORD_DELAY_BLOCKS, type="session.output_audio.delta", delta=sound)

    def _end_sentence(self) -> None:
        if self._open_sentence is not None:
            self._later(STOP_DELAY_BLOCKS, type="session.output_transcript.delta", delta=".")
            self._open_sentence = None

    def _later(self, blocks: int, **event: object) -> None:
        self._due.append((self.blocks + blocks, event))

    def _take(self, now: int | None) -> list[dict[str, object]]:
        ready = [event for due, event in self._due if now is None or due <= now]
        self._due = [item for item in self._due if item[1] not in ready]
        return [{**event, "elapsed_ms": 200 * self.blocks} for event in ready]


class EchoServer:
    """A Realtime translation server for `Talk`s.

    Attributes:
        lifetime_s: after this long on its clock a session is ended as OpenAI does.
        drops: blocks of sound, over all sessions, after which the connection is cut.
        cut_closings: how many sessions are cut when they are asked to finish.
        warns_s: it does not say at the beginning when a session ends, but this long before.
        sessions: how many were opened.
    """

    def __init__(
        self,
        clock: FastClock,
        lifetime_s: float,
        drops: set[int],
        cut_closings: int = 0,
        warns_s: float | None = None,
    ) -> None:
        self._clock = clock
        self.lifetime_s = lifetime_s
        self.drops = drops
        self.cut_closings = cut_closings
        self.warns_s = warns_s
        self.sessions = 0
        self.expired = 0
        self._blocks = 0

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        self.sessions += 1
        ends_ms = self._clock.now_ms() + int(self.lifetime_s * 1000)
        session: dict[str, object] = {"id": "s", "type": "translation", "model": "m"}
        if self.warns_s is None:
            session["expires_at"] = ends_ms // 1000
        await socket.send_json({"type": "session.created", "session": {**session, "audio": {}}})
        echo = EchoSession()
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            event = json.loads(message.data)
            if event["type"] == "session.update":
                updated = {**session, "audio": event["session"]["audio"]}
                await socket.send_json({"type": "session.updated", "session": updated})
            elif event["type"] == "session.close" and self.cut_closings:
                self.cut_closings -= 1
                assert request.transport is not None
                request.transport.abort()
            elif event["type"] == "session.close":
                for late in echo.finish():
                    await socket.send_json(late)
                await socket.send_json({"type": "session.closed"})
            else:
                for answer in echo.hear(base64.b64decode(event["audio"])) or [FILLER]:
                    await self.say(socket, answer)
                self._blocks += 1
                if self._blocks in self.drops:
                    assert request.transport is not None
                    request.transport.abort()
                await self._near_the_end(socket, echo, ends_ms)
        return socket

    async def say(self, socket: web.WebSocketResponse, event: dict[str, object]) -> None:
        """Send an answer."""
        await socket.send_json(event)

    async def _near_the_end(
        self, socket: web.WebSocketResponse, echo: EchoSession, ends_ms: int
    ) -> None:
        now_ms = self._clock.now_ms()
        if self.warns_s is not None and not echo.warned and now_ms > ends_ms - self.warns_s * 1000:
            echo.warned = True
            await socket.send_json({"type": GOING_AWAY})
        if now_ms > ends_ms:
            self.expired += 1
            await socket.close(code=1001, message=b"session_expired")


class Serving(Protocol):
    """A server of sessions."""

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Interpret one session."""


@asynccontextmanager
async def echoing(server: Serving) -> AsyncIterator[str]:
    """Serve; yields the base URL."""
    application = web.Application()
    application.router.add_get("/v1/realtime/translations", server.handle)
    async with on_loopback(application) as url:
        yield f"{url}/v1"
