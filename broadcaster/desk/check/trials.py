"""Asks a process that runs booths to interpret the floor's last seconds, and waits for it."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from broadcaster.desk.check.engines import NO_BOOTHS
from broadcaster.errors import BusUnavailable, VersionConflict
from broadcaster.model import keys
from broadcaster.model.check.report import CheckResult, Light
from broadcaster.model.check.trial import (
    INTERPRETATION,
    TRIAL_LATE,
    TrialAnswer,
    TrialOrder,
    TrialRecord,
    TrialRunning,
)
from broadcaster.model.ports import Bus, Clock, Record, Subscription
from broadcaster.system.tasks import first_of

ASK_AGAIN_S = 1.0
"""The bus may lose an order."""
NOBODY_S = 5.0
"""Without any answer for this long, no process runs booths."""
TRIAL_TIMEOUT_S = 45.0
"""A trial that takes longer was left by a process that died."""
LEAST_INTERVAL_S = 5.0
"""Between two trials of an event: each uses the provider."""

LATE = CheckResult(INTERPRETATION, Light.RED, "trial_late", {}, *TRIAL_LATE)


async def try_interpretation(bus: Bus, clock: Clock, event_id: str, channel: str) -> TrialAnswer:
    """Have the floor's last seconds interpreted into one language.

    Args:
        bus: reaches the processes that run booths.
        clock: time.
        event_id: of the event.
        channel: one of its languages.

    Raises:
        TrialRunning: see `claimed`.
        BusUnavailable: the broker does not answer.
    """
    async with claimed(bus, clock, event_id, TRIAL_TIMEOUT_S) as trial:
        return await _answer(bus, clock, TrialOrder(trial, event_id, channel))


@asynccontextmanager
async def claimed(bus: Bus, clock: Clock, event_id: str, longest_s: float) -> AsyncIterator[str]:
    """The only trial or rehearsal of an event inside the context; yields its id.

    Args:
        bus: has the record that says so.
        clock: time.
        event_id: of the event.
        longest_s: after this long it was left by a process that died.

    Raises:
        TrialRunning: another one runs, or ended less than `LEAST_INTERVAL_S` ago.
        BusUnavailable: the broker does not answer.
    """
    name, trial = keys.trial_record(event_id), secrets.token_hex(8)
    now_ms = clock.now_ms()
    record = await bus.get(name)
    if record is not None and _is_busy(record, now_ms):
        raise TrialRunning
    begun = TrialRecord(trial, now_ms + round(longest_s * 1_000))
    try:
        await bus.put(name, begun.to_json(), record.version if record is not None else 0)
    except VersionConflict:
        raise TrialRunning from None
    try:
        yield trial
    finally:
        await _end(bus, clock, event_id, trial)


def _is_busy(record: Record, now_ms: int) -> bool:
    try:
        return now_ms < TrialRecord.from_json(record.value).busy_until_ms
    except ValueError:
        return False


async def _answer(bus: Bus, clock: Clock, order: TrialOrder) -> TrialAnswer:
    """Ask until a process has taken the order, then wait for its answer."""
    found: list[TrialAnswer] = []

    async def ask() -> None:
        waited_s = 0.0
        while not found and waited_s < NOBODY_S:
            bus.publish(keys.TRIAL_ORDERS, order.to_json())
            await clock.sleep(ASK_AGAIN_S)
            waited_s += ASK_AGAIN_S
        if found:
            await asyncio.get_running_loop().create_future()

    async def hear(answers: Subscription) -> None:
        async for message in answers:
            try:
                answer = TrialAnswer.from_json(message.payload)
            except ValueError:
                continue
            found.append(answer)
            if answer.result is not None:
                return

    try:
        async with (
            asyncio.timeout(TRIAL_TIMEOUT_S),
            bus.subscribe(keys.trial_answers(order.trial), depth=4) as answers,
        ):
            await first_of(ask(), hear(answers), name=f"trial:{order.event}")
    except TimeoutError:
        return TrialAnswer(LATE)
    if not found:
        return TrialAnswer(replace(NO_BOOTHS, check=INTERPRETATION))
    return found[-1]


async def _end(bus: Bus, clock: Clock, event_id: str, trial: str) -> None:
    """Let the next one begin soon."""
    busy_until_ms = clock.now_ms() + round(LEAST_INTERVAL_S * 1_000)
    ended = TrialRecord(trial, busy_until_ms, taken=True)
    name = keys.trial_record(event_id)
    try:
        for _ in range(3):
            record = await bus.get(name)
            if record is None or TrialRecord.from_json(record.value).trial != trial:
                return
            try:
                await bus.put(name, ended.to_json(), record.version)
            except VersionConflict:
                continue
            return
    except (BusUnavailable, ValueError):
        return  # the next one waits until this one counts as left
