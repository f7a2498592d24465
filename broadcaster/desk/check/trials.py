"""Asks a process that runs booths to interpret the floor's last seconds, and waits for it."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from broadcaster.desk.check.engines import NO_BOOTHS
from broadcaster.errors import BusUnavailable, VersionConflict
from broadcaster.model.check import check_keys
from broadcaster.model.check.report import CheckResult, Light
from broadcaster.model.check.trial import (
    INTERPRETATION,
    TRIAL_LATE,
    TrialAnswer,
    TrialOrder,
    TrialRecord,
    TrialRunning,
)
from broadcaster.model.ports import Bus, Clock, Record
from broadcaster.model.records.asking import Question, ask

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
    name, trial = check_keys.trial_record(event_id), secrets.token_hex(8)
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
    question = Question(
        topic=check_keys.TRIAL_ORDERS,
        order=order.to_json(),
        answers=check_keys.trial_answers(order.trial),
        parse=TrialAnswer.from_json,
        is_last=lambda answer: answer.result is not None,
        name=f"trial:{order.event}",
    )
    try:
        answer = await ask(bus, clock, question, TRIAL_TIMEOUT_S)
    except TimeoutError:
        return TrialAnswer(LATE)
    return answer or TrialAnswer(replace(NO_BOOTHS, check=INTERPRETATION))


async def _end(bus: Bus, clock: Clock, event_id: str, trial: str) -> None:
    """Let the next one begin soon."""
    busy_until_ms = clock.now_ms() + round(LEAST_INTERVAL_S * 1_000)
    ended = TrialRecord(trial, busy_until_ms, taken=True)
    name = check_keys.trial_record(event_id)
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
