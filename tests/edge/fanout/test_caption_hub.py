"""Captions over SSE: history, resume, no gap and no repeat."""

import asyncio
import json

import aiohttp
import pytest

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.edge.fanout.caption_hub import KEEPALIVE_S, CaptionHub
from broadcaster.edge.fanout.caption_messages import parse_id
from broadcaster.edge.fanout.framing import chunk
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.event import EventState
from broadcaster.model.status import BoothState, BoothStatus, FloorStatus, status_to_json
from tests.edge.captions import reading
from tests.edge.clock import SteppedClock
from tests.edge.conftest import EVENT, Edge
from tests.edge.stalling import jammed
from tests.sockets.pairs import connections
from tests.support.deadline import deadline
from tests.support.tasks import background_task

DEADLINE_S = 20.0
COMMENT = chunk(b":\n\n")


async def test_a_late_reader_gets_the_past_then_the_present(edge: Edge) -> None:
    await edge.caption(1, "Hola")
    await edge.caption(2, "¿Qué", final=False)
    last = await edge.caption(2, "¿Qué tal?")
    async with reading(edge) as reader:
        first_id, first = await reader.caption()
        assert first == {
            "id": "es-1", "channel": "es", "start_ms": 1, "end_ms": 1, "text": "Hola", "final": True
        }  # fmt: skip
        assert parse_id(first_id)
        second_id, second = await reader.caption()
        assert (second_id, second["text"]) == (last, "¿Qué tal?")
        await edge.caption(3, "Bien")
        assert (await reader.caption())[1]["text"] == "Bien"


async def test_two_readers_see_the_same(edge: Edge) -> None:
    async with reading(edge) as one, reading(edge) as two:
        await edge.caption(1, "Hola")
        assert await one.caption() == await two.caption()


async def test_a_live_reader_gets_only_new_captions(edge: Edge) -> None:
    await edge.caption(1, "Hola")
    async with reading(edge, "?from=live") as reader:
        assert (await reader.event()).keys() == {"retry"}
        assert (await reader.event())["event"] == "state"
        await edge.caption(2, "Adiós")
        assert (await reader.caption())[1]["text"] == "Adiós"


@pytest.mark.parametrize("query", ["", "?from=live"])
async def test_a_reader_resumes_without_gap_or_repeat(edge: Edge, query: str) -> None:
    seen: list[str] = []
    last_id = ""
    said = [f"Frase {number}." for number in range(30)]
    for start in range(0, 30, 10):
        for number in range(start, start + 5):
            await edge.caption(number, said[number])
        resume = {"Last_Event_ID": last_id} if last_id else {}
        async with reading(edge, query if last_id else "", **resume) as reader:
            for number in range(start + 5, start + 10):
                await edge.caption(number, said[number])
            while len(seen) < start + 8:
                last_id, caption = await reader.caption()
                seen.append(caption["text"])
    async with reading(edge, query, Last_Event_ID=last_id) as reader:
        while len(seen) < 30:
            last_id, caption = await reader.caption()
            seen.append(caption["text"])
    assert seen == said


@pytest.mark.parametrize("bad_id", ["nonsense", "1", "1-2-3", "9" * 30 + "-1", "<x>-1"])
async def test_an_invalid_id_starts_from_the_beginning(edge: Edge, bad_id: str) -> None:
    await edge.caption(1, "Hola")
    async with reading(edge, Last_Event_ID=bad_id) as reader:
        assert (await reader.caption())[1]["text"] == "Hola"


async def test_readers_are_told_the_state_of_the_event(edge: Edge) -> None:
    async with reading(edge) as reader:
        await edge.caption(1, "Hola")
        await reader.caption()
        channels = list(EVENT.channel_ids())
        absent = {"state": "live", "floor": "absent", "channel": "idle", "channels": channels}
        assert reader.states[0] == absent
        floor = FloorStatus(publisher=True, level_dbfs=-20.0)
        edge.bus.publish(keys.status("talk"), status_to_json(floor))
        booth = BoothStatus("es", BoothState.LIVE)
        edge.bus.publish(keys.status("talk"), status_to_json(booth))
        while reader.states[-1] != absent | {"floor": "speaking", "channel": "live"}:
            event = await reader.event()
            if event.get("event") == "state":
                reader.states.append(json.loads(event["data"]))
        await edge.put(EVENT.moved_to(EventState.PAUSED, 0))
        while reader.states[-1]["state"] != "paused":
            event = await reader.event()
            if event.get("event") == "state":
                reader.states.append(json.loads(event["data"]))


async def test_a_reader_that_stops_reading_is_disconnected_and_resumes(edge: Edge) -> None:
    async with reading(edge) as good, reading(edge) as stalled:
        await edge.caption(0, "Hola")
        last_id, _ = await stalled.caption()
        await good.caption()
        assert stalled.answer.connection is not None
        transport = stalled.answer.connection.transport
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()
        long = "palabra " * 4_000
        for number in range(1, 400):
            await edge.caption(number, f"{number} {long}")
            text = (await good.caption())[1]["text"]
            assert text.startswith(f"{number} ")
        transport.resume_reading()
        with pytest.raises(aiohttp.ClientError):
            while True:
                last_id, caption = await stalled.caption()
        assert edge.rooms.counts().cut_readers == 1
        seen = int(caption["text"].partition(" ")[0])
        async with reading(edge, Last_Event_ID=last_id) as again:
            for number in range(seen + 1, 400):
                assert (await again.caption())[1]["text"].startswith(f"{number} ")


async def test_readers_and_listeners_are_counted(edge: Edge) -> None:
    async with edge.bus.subscribe(keys.status("talk")) as statuses, reading(edge):
        async with asyncio.timeout(DEADLINE_S):
            async for message in statuses:
                status = json.loads(message.payload)
                if status["kind"] == "edge" and status["readers"] == {"es": 1}:
                    break


async def test_readers_that_hear_nothing_get_a_comment_and_stalled_ones_are_disconnected() -> None:
    clock = SteppedClock()
    async with EmbeddedBus(None) as bus, connections(1) as [pair], jammed() as stalled:
        caption = Caption("es-1", "es", 0, 0, "Hola", final=True)
        await bus.append(keys.captions("talk", "es"), caption.to_json())
        hub = CaptionHub(bus, keys.captions("talk", "es"), clock, None)
        async with background_task(hub.run(), name="captions"):
            await hub.loaded.wait()
            hub.add(pair.transport, None, past=False)
            hub.add(stalled, None, past=True)
            for checks in (1, 2):
                await clock.advance(KEEPALIVE_S)
                assert await pair.theirs.read(len(COMMENT)) == COMMENT
                assert hub.cut_readers == checks - 1


async def test_a_reader_from_a_process_that_is_further_gets_no_caption_twice() -> None:
    """When a process stops, its readers go to another one, which may have a caption later."""
    clock, stream = SteppedClock(), keys.captions("talk", "es")
    said = [Caption(f"es-{n}", "es", n, n, f"Frase {n}.", final=True).to_json() for n in range(4)]
    async with (
        EmbeddedBus(None, clock=clock) as bus,
        EmbeddedBus(None, clock=clock) as other,
        connections(2) as pairs,
    ):
        ids = [await other.append(stream, one) for one in said]
        await bus.append(stream, said[0])
        hub = CaptionHub(bus, stream, clock, None)
        async with background_task(hub.run(), name="captions"), deadline():
            await hub.loaded.wait()
            for pair, last_id in zip(pairs, (ids[2], "9" * 13 + "-0"), strict=True):
                hub.add(pair.transport, parse_id(last_id), past=True, resumes=True)
            for number in (1, 2):
                await bus.append(stream, said[number])
                while hub.last != parse_id(ids[number]):
                    await asyncio.sleep(0)
            await clock.advance(KEEPALIVE_S)
            await clock.advance(KEEPALIVE_S)
            await bus.append(stream, said[3])
            for pair in pairs:
                heard = await pair.theirs.reader.readuntil(said[3])
                assert [one for one in said if one in heard] == [said[3]]
