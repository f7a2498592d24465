"""The supervisor's choice of booths, on a real bus. There is no Realtime server to connect to."""

import asyncio
import errno
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import aiohttp
import pytest

from broadcaster.booths import supervisor
from broadcaster.booths.booth import Booth
from broadcaster.booths.demand.costs import sessions_cost_usd
from broadcaster.booths.demand.event_booths import Demand
from broadcaster.booths.dependencies import BoothDependencies
from broadcaster.booths.engines.opening import Engines
from broadcaster.booths.playout.catch_up import CatchUpLimits
from broadcaster.booths.supervisor import BoothSupervisor
from broadcaster.booths.text.spoken_language import load_language_models
from broadcaster.model import keys
from broadcaster.model.consoles.standby import Standby
from broadcaster.model.event import Channel, Event, EventState, Interpreter
from broadcaster.model.ports import Bus, Retained
from broadcaster.model.spending.spent import Account, Spent
from broadcaster.model.status import (
    BoothState,
    BoothStatus,
    ConsoleStatus,
    EdgeStatus,
    Status,
    status_from_json,
    status_to_json,
)
from broadcaster.realtime.endpoint import Endpoint
from broadcaster.realtime.providers.prices import Prices
from tests.support.deadline import DEADLINE_S
from tests.support.tasks import background_task
from tests.support.virtual_time import LoopClock, VirtualTimeBus

LIVE = Event(
    "talk",
    "A talk",
    EventState.LIVE,
    (Channel("es"), Channel("fr")),
    "key",
    source_captions=False,
)


@asynccontextmanager
async def supervised(event: Event, bus: Bus, **options: Any) -> AsyncIterator[BoothSupervisor]:
    """A supervisor that runs with this event; its sessions are refused."""
    await bus.put(keys.event_record(event.id), event.to_json())
    async with aiohttp.ClientSession() as http:
        nobody = Endpoint("http://127.0.0.1:9/v1", "key")
        dependencies = BoothDependencies(
            bus=bus,
            clock=LoopClock(),
            engines=Engines(http, nobody, "m", "m"),
            price=partial(sessions_cost_usd, Prices()),
            limits=CatchUpLimits(),
        )
        work = BoothSupervisor(dependencies, **{"on_demand": True, **options})
        async with background_task(work.run(), name="supervisor of the test"):
            yield work


async def until(bus: Bus, wanted: Callable[[dict[str, BoothStatus]], bool]) -> None:
    """Wait until `wanted` is true of the newest status of each booth."""
    newest: dict[str, BoothStatus] = {}
    async with bus.subscribe(keys.status("talk")) as messages, asyncio.timeout(DEADLINE_S):
        async for message in messages:
            status = status_from_json(message.payload)
            if isinstance(status, BoothStatus):
                newest[status.channel] = status
                if wanted(newest):
                    return


def states(**expected: str) -> Callable[[dict[str, BoothStatus]], bool]:
    """The named channels are `idle`, `failed` or `working` (a booth connects or interprets)."""

    def state(status: BoothStatus | None) -> str:
        if status is None or status.state in {BoothState.IDLE, BoothState.FAILED}:
            return status.state if status else "unknown"
        return "working"

    return lambda newest: all(
        state(newest.get(channel)) == wanted for channel, wanted in expected.items()
    )


def say(bus: Bus, status: Status) -> None:
    bus.publish(keys.status("talk"), status_to_json(status))


@asynccontextmanager
async def saying(bus: Bus, status: Status) -> AsyncIterator[None]:
    """A process that reports this again and again."""

    async def report() -> None:
        while True:
            say(bus, status)
            await asyncio.sleep(0.05)

    async with background_task(report(), name="reports of the test"):
        yield


async def change(bus: Bus, event: Event) -> None:
    await bus.put(keys.event_record(event.id), event.to_json())


async def test_a_full_disk_at_the_start_is_waited_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    full = [OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))] * 2

    async def load_when_there_is_space() -> None:
        if full:
            raise full.pop()
        await load_language_models()

    monkeypatch.setattr(supervisor, "MODELS_RETRY_S", 0.01)
    monkeypatch.setattr(supervisor, "load_language_models", load_when_there_is_space)
    async with VirtualTimeBus() as bus, supervised(LIVE, bus):
        await until(bus, states(es="idle", fr="idle"))
    assert not full
    assert "interpretation waits" in caplog.text
    assert "TMPDIR" in caplog.text


async def test_models_are_loaded_for_the_first_event_and_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded = list[str]()

    async def load() -> None:
        loaded.append("models")

    monkeypatch.setattr(supervisor, "load_language_models", load)
    over, waiting = replace(LIVE, state=EventState.CLOSED), replace(LIVE, state=EventState.DRAFT)
    async with VirtualTimeBus() as bus, supervised(over, bus):
        await change(bus, replace(over, id="another"))
        await asyncio.sleep(60)
        assert not loaded
        await change(bus, replace(waiting, id="later"))
        await asyncio.sleep(60)
        assert loaded == ["models"]
        await change(bus, LIVE)
        await until(bus, states(es="idle", fr="idle"))
    assert loaded == ["models"]


async def test_a_booth_starts_with_its_first_listener_and_idles_after_the_last() -> None:
    async with VirtualTimeBus() as bus, supervised(LIVE, bus, linger_s=10.0):
        await until(bus, states(es="idle", fr="idle"))
        async with saying(bus, EdgeStatus("a", listeners={"es": 1})):
            await until(bus, states(es="working", fr="idle"))
        await until(bus, states(es="idle", fr="idle"))


@pytest.mark.parametrize(
    "counts",
    [EdgeStatus("a", readers={"fr": 3}), EdgeStatus("a", listeners={"fr+floor": 1, "es": 0})],
)
async def test_readers_and_listeners_of_the_variant_count(counts: EdgeStatus) -> None:
    async with VirtualTimeBus() as bus, supervised(LIVE, bus), saying(bus, counts):
        await until(bus, states(es="idle", fr="working"))


async def test_an_open_console_needs_a_booth_that_stands_by_warm() -> None:
    cold = replace(Channel("fr"), standby=Standby.COLD)
    event = replace(LIVE, channels=(Channel("es"), cold))
    async with VirtualTimeBus() as bus, supervised(event, bus, linger_s=0.1):
        async with saying(bus, ConsoleStatus("fr")), saying(bus, ConsoleStatus("es")):
            await until(bus, states(es="working", fr="idle"))
        await until(bus, states(es="idle", fr="idle"))


async def test_demand_outlasts_the_silence_an_edge_is_allowed() -> None:
    demand = Demand(linger_s=0.0)
    demand.record(EdgeStatus("a", listeners={"es": 1}), now=100.0)
    demand.record(EdgeStatus("b"), now=101.0)
    assert demand.needs("es", 105.0)
    assert not demand.needs("es", 106.0)
    assert not demand.needs("fr", 100.0)


async def test_always_on_needs_no_listener() -> None:
    event = replace(LIVE, channels=(Channel("es", always=True), Channel("fr")))
    async with VirtualTimeBus() as bus, supervised(event, bus):
        await until(bus, states(es="working", fr="idle"))
        await change(bus, LIVE)
        await until(bus, states(es="idle", fr="idle"))


async def test_without_on_demand_all_booths_run() -> None:
    async with VirtualTimeBus() as bus, supervised(LIVE, bus, on_demand=False):
        await until(bus, states(es="working", fr="working"))


async def test_the_source_booth_runs_with_the_others() -> None:
    event = replace(LIVE, source_captions=True)
    async with VirtualTimeBus() as bus, supervised(event, bus):
        async with saying(bus, EdgeStatus("a", listeners={"es": 1})):
            await until(bus, states(es="working", floor="working", fr="idle"))


async def test_a_channel_with_another_interpreter_gets_another_booth() -> None:
    event = replace(LIVE, channels=(Channel("es", Interpreter.TRANSLATE, always=True),))
    other = replace(LIVE, channels=(Channel("es", Interpreter.CONVERSE, always=True),))
    async with VirtualTimeBus() as bus, supervised(event, bus):
        await until(bus, lambda newest: newest["es"].interpreter == "translate")
        await change(bus, other)
        await until(bus, lambda newest: newest["es"].interpreter == "converse")


async def test_the_spend_cap_suspends_booths_until_it_is_raised(
    caplog: pytest.LogCaptureFixture,
) -> None:
    event = replace(LIVE, channels=(Channel("es", always=True),), spend_cap_usd=10.0)
    async with VirtualTimeBus() as bus, supervised(event, bus):
        await until(bus, states(es="working"))
        async with saying(bus, BoothStatus("de", BoothState.LIVE, sessions=1, cost_usd=8.5)):
            async with asyncio.timeout(DEADLINE_S):
                while "has spent $8.50 of $10.00" not in caplog.text:
                    await asyncio.sleep(0.02)
            await until(bus, states(es="working"))
        say(bus, BoothStatus("de", BoothState.LIVE, sessions=1, cost_usd=1.5))
        await until(bus, lambda newest: "spend cap of $10.00" in newest["es"].reason)
        await until(bus, states(es="failed"))
        await change(bus, replace(event, spend_cap_usd=20.0))
        await until(bus, states(es="working"))


async def test_what_was_spent_survives_a_restart() -> None:
    event = replace(LIVE, channels=(Channel("es", always=True),), spend_cap_usd=10.0)
    async with VirtualTimeBus() as bus:
        async with supervised(event, bus):
            await until(bus, states(es="working"))
            say(bus, BoothStatus("de", BoothState.LIVE, sessions=1, cost_usd=12.0))
            async with asyncio.timeout(DEADLINE_S):
                while (record := await bus.get(keys.spent_record("talk"))) is None:
                    await asyncio.sleep(0.02)
            assert Spent.from_json(record.value).accounts["de"] == Account(0.0, 12.0)
        async with supervised(event, bus):
            await until(bus, states(es="failed"))


async def test_a_booth_starts_as_soon_as_its_event_goes_live() -> None:
    draft = replace(LIVE, state=EventState.DRAFT)
    async with VirtualTimeBus() as bus, supervised(draft, bus, on_demand=False):
        await asyncio.sleep(10.3)
        async with asyncio.timeout(0.1):
            await change(bus, LIVE)
            await until(bus, states(es="working", fr="working"))


@pytest.mark.parametrize(
    ("done_until", "said", "wanted"),
    [(4_800, True, "working"), (None, True, "idle"), (4_800, False, "idle")],
    ids=["left in a sentence", "finished", "too long ago"],
)
async def test_a_booth_that_the_last_process_left_goes_on_without_its_listeners(
    done_until: int | None, wanted: str, *, said: bool
) -> None:
    async with VirtualTimeBus() as bus:
        progress = json.dumps({"done_until": done_until, "sound_until": 0}).encode()
        await bus.put(keys.progress_record("talk", "es"), progress)
        if said:
            bus.retain(keys.floor_pcm("talk"), Retained(0, bytes(9_600)))
        async with supervised(LIVE, bus, linger_s=10.0):
            await until(bus, states(es=wanted, fr="idle"))
            await until(bus, states(es="idle", fr="idle"))


async def test_the_last_minute_of_an_event_is_forgotten_when_it_closes() -> None:
    topic = keys.floor_pcm("talk")
    async with VirtualTimeBus() as bus, supervised(LIVE, bus):
        bus.retain(topic, Retained(0, bytes(9_600)))
        await until(bus, states(es="idle", fr="idle"))
        await change(bus, replace(LIVE, state=EventState.CLOSED))
        async with asyncio.timeout(DEADLINE_S):
            while await bus.retained(topic, 0):
                await asyncio.sleep(0.05)


async def test_booths_that_were_told_to_end_are_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Those of a paused event: nobody goes on for them, while those of a live one are resumed."""
    begun, finishing, finished = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def run(booth: Booth) -> None:
        begun.set()
        await booth._orders.stops()
        finishing.set()
        await finished.wait()

    monkeypatch.setattr(Booth, "run", run)
    event = replace(LIVE, channels=(Channel("es", always=True),))
    async with VirtualTimeBus() as bus, supervised(event, bus) as work:
        async with asyncio.timeout(DEADLINE_S):
            await begun.wait()
            await work.finish_ended()
            await change(bus, replace(event, state=EventState.PAUSED))
            await finishing.wait()
            waiting = asyncio.create_task(work.finish_ended(), name="the end of the process")
            await asyncio.sleep(1.0)
            assert not waiting.done()
            finished.set()
            await waiting


async def test_an_unreadable_event_does_not_stop_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with VirtualTimeBus() as bus:
        await bus.put(keys.event_record("broken"), b"{")
        async with supervised(LIVE, bus, on_demand=False):
            await until(bus, states(es="working"))
            await change(bus, replace(LIVE, state=EventState.PAUSED))
            await bus.put(keys.event_record("broken"), b"[]")
            await change(bus, LIVE)
            await until(bus, states(es="working"))
            async with asyncio.timeout(DEADLINE_S):
                while caplog.text.count("cannot be read and is ignored") < 2:
                    await asyncio.sleep(0.1)


async def test_a_booth_stops_with_its_event() -> None:
    async with VirtualTimeBus() as bus, supervised(LIVE, bus, on_demand=False):
        await until(bus, states(es="working"))
        await change(bus, replace(LIVE, state=EventState.CLOSED))
        async with asyncio.timeout(DEADLINE_S):
            while [
                t
                for t in asyncio.all_tasks()
                if t.get_name().startswith(("booth:talk", "booths:talk"))
            ]:
                await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    "changed",
    [
        Channel("es", always=True, restarts=1),
        Channel("es", always=True, voice="cedar"),
        Channel("es", always=True, providers=("openai",)),
    ],
    ids=["restarted", "another voice", "other providers"],
)
async def test_a_restarted_channel_gets_another_booth(
    changed: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Channel] = []

    class Noted(Booth):
        def __init__(self, **given: Any) -> None:
            begun.append(given["channel"])
            super().__init__(**given)

    monkeypatch.setattr(supervisor, "Booth", Noted)
    event = replace(LIVE, channels=(Channel("es", always=True),))
    async with VirtualTimeBus() as bus, supervised(event, bus):
        await until(bus, states(es="working"))
        await change(bus, replace(event, channels=(changed,)))
        async with asyncio.timeout(DEADLINE_S):
            while len(begun) < 2:
                await asyncio.sleep(0.02)
        await until(bus, states(es="working"))
    assert begun == [event.channels[0], changed]


async def test_nothing_is_written_about_a_deleted_event() -> None:
    event = replace(LIVE, channels=(Channel("es", always=True),))
    async with VirtualTimeBus() as bus, supervised(event, bus):
        await until(bus, states(es="working"))
        deleted = Event("talk", "", EventState.DELETED, (), "")
        await change(bus, deleted)
        say(bus, BoothStatus("de", BoothState.LIVE, sessions=1, cost_usd=12.0))
        async with asyncio.timeout(DEADLINE_S):
            while [t for t in asyncio.all_tasks() if t.get_name().startswith("booths:talk")]:
                await asyncio.sleep(0.02)
        assert await bus.get(keys.spent_record("talk")) is None
