"""Asks a process that runs booths to interpret the floor's last seconds, and waits for it."""

import asyncio
import secrets
from dataclasses import replace

from broadcaster.desk.check.engines import NO_BOOTHS
from broadcaster.errors import BusUnavailable, VersionConflict
from broadcaster.model import keys
from broadcaster.model.check.report import CheckResult, Light
from broadcaster.model.check.trial import TrialAnswer, TrialOrder, TrialRecord, TrialRunning
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

CHECK = "interpretation"
LATE = CheckResult(
    CHECK,
    Light.RED,
    "trial_late",
    message="The interpreter did not finish in time.",
    hint="Try again. If it stays like this, run the sound check.",
)


async def try_interpretation(bus: Bus, clock: Clock, event_id: str, channel: str) -> TrialAnswer:
    """Have the floor's last seconds interpreted into one language.

    Args:
        bus: reaches the processes that run booths.
        clock: time.
        event_id: of the event.
        channel: one of its languages.

    Raises:
        TrialRunning: a trial of the event runs, or ended less than `LEAST_INTERVAL_S` ago.
        BusUnavailable: the broker does not answer.
    """
    order = TrialOrder(secrets.token_hex(8), event_id, channel)
    name = keys.trial_record(event_id)
    now_ms = clock.now_ms()
    record = await bus.get(name)
    if record is not None and _is_recent(record, now_ms):
        raise TrialRunning
    version = record.version if record is not None else 0
    try:
        await bus.put(name, TrialRecord(order.trial, now_ms).to_json(), version)
    except VersionConflict:
        raise TrialRunning from None
    try:
        return await _answer(bus, clock, order)
    finally:
        await _end(bus, clock, order)


def _is_recent(record: Record, now_ms: int) -> bool:
    try:
        last = TrialRecord.from_json(record.value)
    except ValueError:
        return False
    least_s = TRIAL_TIMEOUT_S if last.running else LEAST_INTERVAL_S
    return now_ms - last.asked_at_ms < least_s * 1_000


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
            answer = TrialAnswer.from_json(message.payload)
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
        return TrialAnswer(replace(NO_BOOTHS, check=CHECK))
    return found[-1]


async def _end(bus: Bus, clock: Clock, order: TrialOrder) -> None:
    """Let the next trial begin soon."""
    ended = TrialRecord(order.trial, clock.now_ms(), taken=True, running=False)
    name = keys.trial_record(order.event)
    try:
        for _ in range(3):
            record = await bus.get(name)
            if record is None or TrialRecord.from_json(record.value).trial != order.trial:
                return
            try:
                await bus.put(name, ended.to_json(), record.version)
            except VersionConflict:
                continue
            return
    except (BusUnavailable, ValueError):
        return  # the next trial waits until this one counts as left
