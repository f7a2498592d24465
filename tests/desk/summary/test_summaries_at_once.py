"""Summaries of several events: one that hangs delays no other, and no more than four run."""

import asyncio
from dataclasses import replace

import aiohttp
from pydantic import SecretStr

from broadcaster.desk.summary import chat
from broadcaster.desk.summary.chat import ChatService
from broadcaster.desk.summary.problems import SummaryProblem
from broadcaster.desk.summary.watch import AT_ONCE, DEADLINE_S, SummaryWatch
from broadcaster.model import keys
from broadcaster.model.event import Event, EventState
from broadcaster.model.ports import Bus
from broadcaster.model.transcripts.summary import Summary, summary_record
from tests.desk.summary.chat_server import KEY, MODEL, PROMPT, SAID, SUMMARY, chat_server
from tests.support import virtual_time
from tests.support.tasks import background_task
from tests.support.virtual_time import BEGIN_MS, LoopClock, VirtualTimeBus

LONGEST_S = chat.ATTEMPTS * (chat.DEADLINE_S + chat.LONGEST_PAUSE_S)


def closed(number: int) -> Event:
    return Event(
        f"talk-{number}", "A talk", EventState.CLOSED, (), "key", closed_at_ms=BEGIN_MS - 60_000
    )


async def order(bus: Bus, event: Event) -> None:
    await bus.append(keys.captions(event.id, "floor"), SAID.to_json())
    await bus.put(summary_record(event.id), Summary(PROMPT, "floor").to_json())


async def read(bus: Bus, event: Event) -> Summary:
    record = await bus.get(summary_record(event.id))
    assert record is not None
    return Summary.from_json(record.value)


def test_a_service_that_hangs_delays_no_other_event() -> None:
    async def run() -> None:
        events = [closed(number) for number in range(AT_ONCE + 1)]
        async with (
            VirtualTimeBus() as bus,
            chat_server() as service,
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout()) as http,
        ):
            for event in events:
                await order(bus, event)
            # The first ones hang, as often as they are asked; then the service answers.
            service.faults = ["hang"] * (AT_ONCE - 1)
            clock = LoopClock()
            one = ChatService(http, clock, service.url, SecretStr(KEY), MODEL)
            async with background_task(
                SummaryWatch(bus, clock, lambda: events, one).run(), name="summaries"
            ):
                await asyncio.sleep(60)
                made = [event.id for event in events if (await read(bus, event)).text == SUMMARY]
                assert len(made) == 2, "two that do not hang"
                assert len(service.asked) == len(events)
                await asyncio.sleep(LONGEST_S)
                for event in events:
                    assert (await read(bus, event)).text == SUMMARY
            assert not service.broken

    virtual_time.run(run())


def test_no_more_are_made_at_once_and_each_ends() -> None:
    async def run() -> None:
        events = [closed(number) for number in range(AT_ONCE + 2)]
        async with (
            VirtualTimeBus() as bus,
            chat_server() as service,
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout()) as http,
        ):
            for event in events:
                await order(bus, event)
            service.faults = ["hang"] * (2 * chat.ATTEMPTS * len(events))
            clock = LoopClock()
            one = ChatService(http, clock, service.url, SecretStr(KEY), MODEL)
            async with background_task(
                SummaryWatch(bus, clock, lambda: events, one).run(), name="summaries"
            ):
                await asyncio.sleep(60)
                assert len(service.asked) == AT_ONCE
                changed = replace(await read(bus, events[0]), prompt="Shorter.", orders=1)
                await bus.put(summary_record(events[0].id), changed.to_json())
                await asyncio.sleep(3 * DEADLINE_S)
                for event in events:
                    found = await read(bus, event)
                    assert found.problem == SummaryProblem.TIMED_OUT
                    assert found.done == found.order(event)
                assert (await read(bus, events[0])).prompt == "Shorter."

    virtual_time.run(run())
