"""Interpreting a `words.Talk` by a booth's sessions, and comparing what came out."""

import asyncio
import itertools
import re
from dataclasses import replace

import aiohttp

from broadcaster.booths.engines.opening import Engines
from broadcaster.booths.floor.buffer import FloorBuffer
from broadcaster.booths.sessions.chain import SessionChain
from broadcaster.booths.timing.places import TextPlace
from broadcaster.model.audio import CLOCK_HZ
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.status import BoothState
from broadcaster.realtime.endpoint import Endpoint
from broadcaster.realtime.protocol.translation import Dialect, TranslationProtocol
from broadcaster.realtime.providers.openai import OPENAI
from tests.chaos.words import FRAME, GOING_AWAY, EchoServer, FastClock, Talk, echoing, read_frame
from tests.support.tasks import background_task

EVENT = Event("talk", "A talk", EventState.LIVE, (Channel("es"),), "key")
WARNING = replace(
    OPENAI,
    translation=lambda config, _now: TranslationProtocol(config, Dialect(ending=GOING_AWAY)),
)
"""A provider that can say that a session ends soon."""
SETTLE_S = 12.0


class Heard:
    """The output: words of the text and of the sound, their lag, and the booth's states."""

    def __init__(self, talk: Talk, clock: FastClock) -> None:
        self._clock = clock
        self._spoken_s = {
            word: (number + 1) * FRAME / CLOCK_HZ
            for number, frame in enumerate(talk.frames)
            if (word := read_frame(frame)) is not None
        }
        self.transcript = ""
        self.done_until = 0
        self.sounds: list[tuple[int, int]] = []
        self.delays_s: list[float] = []
        self.states: list[BoothState] = []

    def push_speech(
        self, pcm: bytes, _source_position: int, _answered_ms: int | None = None
    ) -> None:
        word = read_frame(pcm[: 2 * FRAME])
        assert word is not None
        self.sounds.append(word)
        self.delays_s.append(self._clock.monotonic() - self._spoken_s[word])

    def push_text(self, text: str, _source: TextPlace | None = None) -> None:
        self.transcript += text

    def push_source_text(self, _text: str) -> None:
        raise AssertionError("a translation does not pass on what the speaker says")

    def mark_done(self, position: int) -> None:
        self.done_until = position

    def end_phrase(self) -> None:
        raise AssertionError("a continuous interpreter has no phrases")

    def begin_session(self) -> None:
        self.transcript += " "

    def silence_expected(self) -> bool:
        return False

    def report(self, state: BoothState, _reason: str) -> None:
        self.states.append(state)

    @property
    def sentences(self) -> list[str]:
        """The text, a sentence each; the last one may be unfinished."""
        return re.findall(r"[^.]+\.?", self.transcript.replace(" .", "."))

    @property
    def words(self) -> list[tuple[int, int]]:
        found = re.findall(r"s(\d+)w(\d+)", self.transcript)
        return [(int(sentence), int(word)) for sentence, word in found]


async def interpret(
    talk: Talk,
    lifetime_s: float,
    drops: set[int],
    speed: float = 1.0,
    cut_closings: int = 0,
    warns_s: float | None = None,
) -> tuple[Heard, EchoServer]:
    """Interpret a talk from its first to its last word."""
    clock = FastClock(speed)
    server = EchoServer(clock, lifetime_s, drops, cut_closings, warns_s)
    heard, buffer = Heard(talk, clock), FloorBuffer()
    async with echoing(server) as url, aiohttp.ClientSession() as http:
        engines = Engines(http, Endpoint(url, "key"), "converse", "transcribe", provider=WARNING)
        chain = SessionChain(
            language="es",
            event=EVENT,
            opener=engines.opener(EVENT.channels[0]),
            buffer=buffer,
            sink=heard,
            report_state=heard.report,
            clock=clock,
        )
        running = asyncio.create_task(chain.run(), name="session chain")
        for block in talk.blocks():
            due_s = (block.position + 4_800) / 24_000
            await clock.sleep(due_s - clock.monotonic())
            buffer.push_floor_block(block)
        await clock.sleep(SETTLE_S)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return heard, server


async def interpret_in_turns(
    talk: Talk, turn_s: float, *, planned: bool, speed: float = 1.0
) -> Heard:
    """Interpret a talk by one booth after the other.

    Args:
        talk: what is said.
        turn_s: after this long the next one has its turn.
        planned: each leaves at a pause; otherwise it is cut off wherever it is.
        speed: of the clock.
    """
    clock = FastClock(speed)
    server = EchoServer(clock, 3_600, set())
    heard, buffer = Heard(talk, clock), FloorBuffer()
    async with echoing(server) as url, aiohttp.ClientSession() as http:
        engines = Engines(http, Endpoint(url, "key"), "converse", "transcribe")

        async def turns() -> None:
            while True:
                chain = SessionChain(
                    language="es",
                    event=EVENT,
                    opener=engines.opener(EVENT.channels[0]),
                    buffer=buffer,
                    sink=heard,
                    report_state=heard.report,
                    clock=clock,
                    finishes=lambda: False,
                )
                chain.go_on_after(heard.sentences, heard.done_until)
                async with background_task(chain.run(), "session chain") as running:
                    await clock.sleep(turn_s)
                    if planned:
                        chain.leave()
                        await asyncio.wait({running})

        async with background_task(turns(), "booths of the test"):
            for block in talk.blocks():
                due_s = (block.position + 4_800) / 24_000
                await clock.sleep(due_s - clock.monotonic())
                buffer.push_floor_block(block)
            await clock.sleep(SETTLE_S)
    return heard


def differences(heard: list[tuple[int, int]], said: list[tuple[int, int]]) -> str:
    """Words lost, repeated and out of order, in numbers."""
    lost = len(set(said) - set(heard))
    repeated = len(heard) - len(set(heard))
    order = sum(b < a for a, b in itertools.pairwise(heard))
    return f"{lost} lost, {repeated} repeated, {order} out of order of {len(said)} words"
