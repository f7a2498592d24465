"""Booths interpreting the prepared talk through a rehearsal server that has faults."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from broadcaster.audio.file import read_pcm
from broadcaster.booths.booth import Booth
from broadcaster.booths.dependencies import BoothDependencies
from broadcaster.booths.engines.opening import Engines
from broadcaster.booths.playout.catch_up import CatchUpLimits
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.model import keys
from broadcaster.model.audio import AudioFrame, Kind
from broadcaster.model.caption import Caption
from broadcaster.model.clock import SystemClock
from broadcaster.model.event import Channel, EngineKind, Event, EventState, Interpreter
from broadcaster.model.language import FLOOR
from broadcaster.model.ports import Bus
from broadcaster.model.status import BoothStatus, status_from_json
from broadcaster.realtime.endpoint import Endpoint
from broadcaster.rehearsal import talk
from broadcaster.rehearsal.sessions.session import RehearsalSettings
from tests.chaos.checked import Checked, tapped
from tests.chaos.compare import Text
from tests.chaos.virtual_rehearsal import virtual_rehearsal
from tests.support.processes import rehearsal_server
from tests.support.virtual_time import LoopClock, VirtualTimeBus, VirtualTimeLoop

SENTENCES = talk.load().sentences
LEAD_S = 3.0
"""Silence before the talk, in which all sessions are opened."""
PATIENCE_S = 60.0
"""Longest wait after the talk until everything is interpreted."""
EXPIRES_S = RehearsalSettings().expires_s
"""The usual longest duration of a session."""
AFTERWARDS_S = 2.0
"""Extra time in which nothing may be repeated."""

Fault = dict[str, Any]


@dataclass(frozen=True, slots=True)
class BoothCase:
    """One booth of the run.

    Attributes:
        event: its event; all hear the same talk.
        channel: what it fills.
        engine: what runs in it.
    """

    event: str
    channel: str
    engine: EngineKind

    def __str__(self) -> str:
        return f"{self.engine} {self.channel} of {self.event}"


def translators(*languages: str) -> list[BoothCase]:
    """Continuous interpreters."""
    return [BoothCase("talk", language, EngineKind.TRANSLATE) for language in languages]


def conversers(*languages: str) -> list[BoothCase]:
    """Phrase by phrase."""
    return [BoothCase("phrases", language, EngineKind.CONVERSE) for language in languages]


def writers(count: int) -> list[BoothCase]:
    """Source captions, each of an event of its own."""
    return [BoothCase(f"written-{number}", FLOOR, EngineKind.TRANSCRIBE) for number in range(count)]


@dataclass
class Received:
    """The output of one channel.

    Attributes:
        expected: what each sentence is in its language.
        captions: newest version of each, in order.
        seen_s: event clock at which each caption was final.
        states: of its booth, each change once, with the time.
        reasons: what its booth said while it was not well.
        frames: of its sound: sequence, position, bytes and time.
        withheld_texts: how many texts its booth held back.
    """

    expected: list[str]
    captions: dict[str, Caption] = field(default_factory=dict)
    seen_s: dict[str, float] = field(default_factory=dict)
    states: list[tuple[str, float]] = field(default_factory=list)
    reasons: set[str] = field(default_factory=set)
    frames: list[tuple[int, int, int, float]] = field(default_factory=list)
    withheld_texts: int = 0

    @property
    def text(self) -> Text:
        """All that was written, against what should be."""
        written = " ".join(caption.text for caption in self.captions.values())
        return Text(written, self.expected)

    @property
    def state_names(self) -> list[str]:
        """The states one after the other."""
        return [state for state, _ in self.states]

    def delays_by_sentence_s(self) -> dict[int, float]:
        """Return the delay from each sentence's end to the caption with that end, if it came."""
        arrivals = self.text.arrivals(self.captions.values(), self.seen_s)
        return {
            number: seen_s - LEAD_S - SENTENCES[number].end_ms / 1000
            for number, seen_s in arrivals.items()
        }

    @property
    def latest_s(self) -> float:
        """The longest of them."""
        return max(self.delays_by_sentence_s().values(), default=0.0)


@dataclass
class RunResult:
    """The results of a run.

    Attributes:
        received: by booth.
        triggered: how often each fault was triggered, in the order they were planned.
        checked: the JSON of all sessions.
    """

    received: dict[BoothCase, Received]
    triggered: list[int]
    checked: Checked

    @property
    def complete(self) -> bool:
        """Whether every channel has every sentence."""
        return all(received.text.complete for received in self.received.values())


async def run_booths(
    cases: Sequence[BoothCase],
    faults: Sequence[Fault],
    sentences: int,
    *,
    expires_s: float = EXPIRES_S,
    floor: bytes | None = None,
) -> RunResult:
    """Speak the first sentences of the talk, with faults, to these booths.

    In a loop of virtual time the rehearsal server is in this process, otherwise in its own.

    Args:
        cases: the booths.
        faults: what goes wrong.
        sentences: how many.
        expires_s: longest duration of a session.
        floor: PCM of the floor with these sentences; None for them alone, see `talk_floor`.
    """
    if floor is None:
        floor = await asyncio.to_thread(talk_floor, sentences)
    done = RunResult({case: Received(_expected(case, sentences)) for case in cases}, [], Checked())
    virtual = isinstance(asyncio.get_running_loop(), VirtualTimeLoop)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(
            virtual_rehearsal(expires_s)
            if virtual
            else rehearsal_server("--expires-s", str(expires_s))
        )
        bus = await stack.enter_async_context(VirtualTimeBus() if virtual else EmbeddedBus(None))
        tap = await stack.enter_async_context(tapped(url, done.checked))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        control = f"{url.removesuffix('/v1')}/rehearsal/faults"
        async with http.post(control, json=list(faults)) as answer:
            assert answer.ok, await answer.text()
        engines = Engines(http, Endpoint(tap, "key"), "gpt-realtime-2.1", "gpt-live-transcribe")
        dependencies = BoothDependencies(
            bus=bus,
            clock=LoopClock() if virtual else SystemClock(),
            engines=engines,
            price=lambda _kind, sent_ms, _usage: sent_ms / 60_000,
            limits=CatchUpLimits(),
        )
        booths = [await _booth(case, cases, dependencies) for case in cases]
        working = [asyncio.create_task(one.run(), name="booth of the test") for one in booths]
        watching = [
            asyncio.create_task(part, name="watcher of the test")
            for part in (
                *(_read(bus, case, one) for case, one in done.received.items()),
                *(
                    _listen(bus, case, one)
                    for case, one in done.received.items()
                    if case.engine is not EngineKind.TRANSCRIBE
                ),
                *(_watch(bus, event, done.received) for event in {case.event for case in cases}),
            )
        ]
        await _speak(bus, {case.event for case in cases}, floor, done)
        await _end(working)
        await asyncio.sleep(0.2)
        await _end(watching)
        async with http.get(control) as answer:
            done.triggered = [fault["count"] for fault in (await answer.json())["faults"]]
    return done


def _expected(case: BoothCase, sentences: int) -> list[str]:
    if case.channel == FLOOR:
        return [sentence.text for sentence in SENTENCES[:sentences]]
    return [sentence.translations[case.channel] for sentence in SENTENCES[:sentences]]


def _channel(case: BoothCase) -> Channel:
    if case.engine is EngineKind.TRANSCRIBE:
        return Channel(FLOOR)
    return Channel(case.channel, Interpreter(case.engine))


async def _booth(
    case: BoothCase, cases: Sequence[BoothCase], dependencies: BoothDependencies
) -> Booth:
    channels = tuple(
        _channel(one) for one in cases if one.event == case.event and one.channel != FLOOR
    )
    event = Event(case.event, "A talk", EventState.LIVE, channels, "key")
    await dependencies.bus.put(keys.event_record(event.id), event.to_json())
    return Booth(event=event, channel=_channel(case), dependencies=dependencies)


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception):
            raise outcome
        assert isinstance(outcome, asyncio.CancelledError), "it ended before it was cancelled"


def talk_floor(sentences: int) -> bytes:
    """The first sentences of the talk after `LEAD_S` of silence, s16le mono 24 kHz."""
    pcm = b"".join(read_pcm(talk.load().audio_path))
    return bytes(int(LEAD_S * 48_000)) + pcm[: (SENTENCES[sentences - 1].end_ms + 150) * 48]


async def _speak(bus: Bus, events: set[str], floor: bytes, done: RunResult) -> None:
    """The floor, then silence until all is interpreted."""
    latest = len(floor) // 2 + int(PATIENCE_S * 24_000)
    clock, position, until = asyncio.get_running_loop().time, 0, latest
    started = clock()
    while position < until:
        await asyncio.sleep(max(0.0, started + position / 24_000 - clock()))
        frame = AudioFrame(Kind.PCM, position // 480, position, _frame(floor, position)).to_bytes()
        for event in events:
            bus.publish(keys.floor_pcm(event), frame)
        position += 480
        over = position * 2 > len(floor) and position % 24_000 == 0
        if over and until == latest and done.complete:
            until = min(latest, position + int(AFTERWARDS_S * 24_000))


def _frame(floor: bytes, position: int) -> bytes:
    return floor[position * 2 : position * 2 + 960].ljust(960, b"\0")


async def _read(bus: Bus, case: BoothCase, received: Received) -> None:
    started = asyncio.get_running_loop().time()
    async for entry in bus.follow(keys.captions(case.event, case.channel)):
        caption = Caption.from_json(entry.payload)
        received.captions[caption.id] = caption
        received.seen_s[caption.id] = asyncio.get_running_loop().time() - started


async def _listen(bus: Bus, case: BoothCase, received: Received) -> None:
    started = asyncio.get_running_loop().time()
    async with bus.subscribe(keys.opus(case.event, case.channel), depth=4096) as messages:
        async for message in messages:
            frame = AudioFrame.from_bytes(message.payload)
            at_s = asyncio.get_running_loop().time() - started
            received.frames.append((frame.sequence, frame.position, len(frame.payload), at_s))


async def _watch(bus: Bus, event: str, received: Mapping[BoothCase, Received]) -> None:
    started = asyncio.get_running_loop().time()
    by_channel = {case.channel: one for case, one in received.items() if case.event == event}
    async with bus.subscribe(keys.status(event), depth=4096) as messages:
        async for message in messages:
            status = status_from_json(message.payload)
            if not isinstance(status, BoothStatus) or status.channel not in by_channel:
                continue
            one = by_channel[status.channel]
            if one.state_names[-1:] != [status.state]:
                one.states.append((status.state, asyncio.get_running_loop().time() - started))
            one.withheld_texts = status.withheld_texts
            if status.reason:
                one.reasons.add(status.reason)
