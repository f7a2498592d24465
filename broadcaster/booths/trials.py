"""Interprets a floor's last seconds for the desk alone, before anybody listens.

The sessions are those of a booth: the event's engine, voice and glossary, fed with the speaker's
sound. The engines that would take over hear the same sound, so that they can be compared. The
output goes to the desk that asked and nowhere else. Only its cost is kept.
"""

import asyncio
import logging
import time
from dataclasses import dataclass, field, replace

import numpy as np

from broadcaster.audio.blocks import Blocks
from broadcaster.audio.level import VOICE_PAUSE_DBFS, OutputLevel
from broadcaster.audio.pcm import pcm_of_wav, to_samples, wav_file
from broadcaster.booths.dependencies import BoothDependencies
from broadcaster.booths.engine_checks import failure_verdict
from broadcaster.booths.engines.engine import Done, SpeechOutput, TextOutput
from broadcaster.booths.engines.line_up import RankedEngine, line_up
from broadcaster.booths.engines.opening import EngineOpener
from broadcaster.booths.floor.buffer import BLOCK_SAMPLES, FloorBuffer
from broadcaster.booths.sessions.fed_session import FedSession
from broadcaster.errors import BusUnavailable, InterpreterFailed, VersionConflict
from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES, samples_to_ms
from broadcaster.model.check import check_keys
from broadcaster.model.check.heard import LONGEST_HEARD_S, NothingHeard, ask_heard_sound
from broadcaster.model.check.report import CheckResult, CheckValues, Light
from broadcaster.model.check.trial import (
    INTERPRETATION,
    SPENT_ON_TRIALS,
    TRIAL_LATE,
    TrialAnswer,
    TrialOrder,
    TrialRecord,
)
from broadcaster.model.event import Event
from broadcaster.model.records.reading import readable_messages
from broadcaster.model.spending.spent import add_cost
from broadcaster.realtime.session_events import Usage
from broadcaster.writing.words import pieces

log = logging.getLogger("broadcaster.booths")

TRIAL_TIMEOUT_S = 35.0
ENGINE_TIMEOUT_S = 30.0
"""One engine that is late does not keep the answers of the others."""
LONGEST_CLIP_S = 30
LEAST_SPOKEN_S = 1.0
"""Without this much speech an interpreter may be silent."""
MOST_ENGINES = 3
"""Engines of one channel that are tried: each is billed, and its sound goes over the bus."""
_MOST_TRIALS = 2
"""Trials of a process at the same time, each of another event; an order is repeated."""
_EDGE_SAMPLES = CLOCK_HZ // 50


@dataclass(slots=True)
class _Interpretation:
    """The output of one session so far."""

    texts: list[str] = field(default_factory=list)
    pcm: bytearray = field(default_factory=bytearray)
    usage: Usage = field(default_factory=Usage)
    error: str = ""
    first_s: float | None = None

    def add(self, output: object, waited_s: float) -> None:
        """Take an output of the engine."""
        match output:
            case SpeechOutput(pcm=pcm):
                self.pcm += pcm
                if self.first_s is None and pcm.strip(b"\0"):
                    self.first_s = waited_s
            case TextOutput(text=text):
                self.texts.append(text)
            case Done(error=error, usage=usage):
                self.usage += usage
                self.error = self.error or error

    @property
    def text(self) -> str:
        """All that was written, as one line."""
        return " ".join("".join(self.texts).split())


class TrialInterpreter:
    """Carries out the orders that come over the bus.

    Args:
        dependencies: engines and prices of this process's booths.
    """

    def __init__(self, dependencies: BoothDependencies) -> None:
        self._bus = dependencies.bus
        self._clock = dependencies.clock
        self._known = dependencies.known
        self._running: set[str] = set()

    async def run(self) -> None:
        """Take orders until cancelled."""
        async with (
            asyncio.TaskGroup() as tasks,
            self._bus.subscribe(check_keys.TRIAL_ORDERS) as orders,
        ):
            async for order in readable_messages(orders, TrialOrder.from_json):
                if order.trial in self._running or len(self._running) >= _MOST_TRIALS:
                    continue
                self._running.add(order.trial)
                tasks.create_task(self._carry_out(order), name=f"trial:{order.event}")

    async def _carry_out(self, order: TrialOrder) -> None:
        """Interpret if no other process does, and answer."""
        try:
            if not await self._claim(order):
                return
            self._answer(order, TrialAnswer())
            async with asyncio.timeout(TRIAL_TIMEOUT_S):
                answer = await self._interpret(order)
            self._answer(order, answer)
        except TimeoutError:
            self._answer(order, TrialAnswer(_red(order, "trial_late")))
        except BusUnavailable as error:
            log.warning("a trial was not carried out: %s", error.message)
        finally:
            self._running.discard(order.trial)

    async def _claim(self, order: TrialOrder) -> bool:
        """Whether this process is the one that carries out the order."""
        name = check_keys.trial_record(order.event)
        record = await self._bus.get(name)
        if record is None:
            return False
        known = TrialRecord.from_json(record.value)
        if known.trial != order.trial or known.taken:
            return False
        try:
            await self._bus.put(name, replace(known, taken=True).to_json(), record.version)
        except VersionConflict:
            return False
        return True

    async def _interpret(self, order: TrialOrder) -> TrialAnswer:
        record = await self._bus.get(keys.event_record(order.event))
        event = Event.from_json(record.value) if record is not None else None
        channels = {one.language: one for one in event.channels} if event is not None else {}
        if event is None or order.channel not in channels:
            return TrialAnswer(_red(order, "channel_gone"))
        try:
            heard = await ask_heard_sound(self._bus, event.id, LONGEST_HEARD_S)
        except NothingHeard:
            return TrialAnswer(_red(order, "not_connected"))
        floor = FloorBuffer()
        for block in Blocks(BLOCK_SAMPLES).push(0, pcm_of_wav(heard)):
            floor.push_floor_block(block)
        channel = channels[order.channel]
        ranked = line_up(channel, self._known, event.failover.order(channel.providers))
        async with asyncio.TaskGroup() as tasks:
            tried = [
                tasks.create_task(
                    self._try(order, event, engine, floor), name=f"trial:{engine.provider}"
                )
                for engine in ranked[:MOST_ENGINES]
            ]
        first, *others = (task.result() for task in tried)
        return replace(first, others=tuple(others))

    async def _try(
        self, order: TrialOrder, event: Event, engine: RankedEngine, floor: FloorBuffer
    ) -> TrialAnswer:
        """One engine's answer, in time."""
        values: CheckValues = {"language": order.channel}
        if len(self._known) > 1:
            values["provider"] = engine.provider
        try:
            async with asyncio.timeout(ENGINE_TIMEOUT_S):
                return await self._hear_session(order, event, engine, floor, values)
        except TimeoutError:
            return TrialAnswer(replace(_red(order, "trial_late"), values=values))

    async def _hear_session(
        self,
        order: TrialOrder,
        event: Event,
        engine: RankedEngine,
        floor: FloorBuffer,
        values: CheckValues,
    ) -> TrialAnswer:
        """Feed a session with all of a floor, and take what comes of it."""
        opener = _patient(engine.opener)
        interpretation = _Interpretation()
        began = time.monotonic()
        session: FedSession | None = None
        cost_usd = 0.0
        try:
            session = await FedSession.open(opener.open(event), floor, self._clock)
            session.stop_at(floor.end)
            session.feed_from(0)
            while (output := await session.output()) is not None:
                interpretation.add(output, time.monotonic() - began)
        except InterpreterFailed as failed:
            return TrialAnswer(failure_verdict(INTERPRETATION, failed, values))
        finally:
            if session is not None:
                sent_ms = samples_to_ms(session.fed * BLOCK_SAMPLES)
                cost_usd = engine.price(opener.kind, sent_ms, interpretation.usage)
                await session.dispose()
                await add_cost(self._bus, order.event, SPENT_ON_TRIALS, cost_usd)
        values["seconds"] = round(floor.end / CLOCK_HZ, 1)
        values["cost_usd"] = round(cost_usd, 5)
        values["words"] = sum(bool(piece.strip()) for piece in pieces(interpretation.text))
        if interpretation.first_s is not None:
            values["latency_ms"] = round(interpretation.first_s * 1_000)
        clip = _without_silent_ends(bytes(interpretation.pcm))
        if clip:
            level = OutputLevel()
            level.add(to_samples(clip))
            values["level_dbfs"] = level.take_dbfs()
        spoken_s = floor.speech.spoken_s(0, floor.end)
        result = _verdict(values, interpretation, clip, spoken_s)
        return TrialAnswer(result, interpretation.text, wav_file(clip) if clip else b"")

    def _answer(self, order: TrialOrder, answer: TrialAnswer) -> None:
        self._bus.publish(check_keys.trial_answers(order.trial), answer.to_json())


def _verdict(
    values: CheckValues, interpretation: _Interpretation, clip: bytes, spoken_s: float
) -> CheckResult:
    if clip and interpretation.text:
        return CheckResult(
            INTERPRETATION, Light.GREEN, "", values, "The interpretation is heard and read."
        )
    if spoken_s < LEAST_SPOKEN_S:
        problem, message = "nobody_spoke", "Nobody spoke in the last seconds."
        hint = "Let somebody speak for ten seconds, then try again."
        return CheckResult(INTERPRETATION, Light.AMBER, problem, values, message, hint)
    if clip or interpretation.text:
        problem = "no_text" if clip else "no_voice"
        message = f"The interpreter {'wrote' if clip else 'said'} nothing."
        hint = "Try again. If it stays like this, choose the other interpreter for this language."
        return CheckResult(INTERPRETATION, Light.AMBER, problem, values, message, hint)
    message = "The interpreter answered nothing, although somebody spoke."
    hint = "Try again. If it stays like this, look at the provider's status page."
    values = {**values, "code": interpretation.error}
    return CheckResult(INTERPRETATION, Light.RED, "nothing_interpreted", values, message, hint)


_WORDS = {
    "trial_late": TRIAL_LATE,
    "channel_gone": ("The event has no such language.", "Choose one of its languages."),
    "not_connected": (
        "No sound arrives from the speaker.",
        "Open the stage page, publish the microphone, and say something.",
    ),
}


def _patient(opener: EngineOpener) -> EngineOpener:
    """The same with the usual deadlines: no audience waits for a trial."""
    return replace(opener, engines=replace(opener.engines, timeouts=None))


def _red(order: TrialOrder, problem: str) -> CheckResult:
    values: CheckValues = {"language": order.channel}
    return CheckResult(INTERPRETATION, Light.RED, problem, values, *_WORDS[problem])


def _without_silent_ends(pcm: bytes) -> bytes:
    """The sound from its first to its last 20 ms that are louder than a pause, bounded."""
    samples = np.frombuffer(pcm[: len(pcm) // SAMPLE_BYTES * SAMPLE_BYTES], "<i2")
    whole = samples[: samples.size // _EDGE_SAMPLES * _EDGE_SAMPLES]
    hops = whole.astype(np.float64).reshape(-1, _EDGE_SAMPLES)
    loud = np.sqrt(np.mean(hops**2, axis=1)) > 32_768 * 10 ** (VOICE_PAUSE_DBFS / 20)
    heard = np.flatnonzero(loud)
    if not heard.size:
        return b""
    start, end = heard[0] * _EDGE_SAMPLES, (heard[-1] + 1) * _EDGE_SAMPLES
    return whole[start : min(end, start + LONGEST_CLIP_S * CLOCK_HZ)].tobytes()
