"""The status of live events is sampled, and their reports are made of what is stored."""

import asyncio
import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from broadcaster.bus import open_bus
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.desk.report import reading, recorder
from broadcaster.desk.report.reading import read_records
from broadcaster.desk.transcript import files_in_turn
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.report.records import EventRecords, records_from
from tests.support.clock import FakeClock
from tests.support.deadline import deadline
from tests.support.server import Server, running_server

SPOKEN = Caption("es-1", "es", 1_000, 1_600, "Buenos", final=False)


@pytest.fixture
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "SAMPLE_EVERY_S", 0.01)
    monkeypatch.setattr(recorder, "SAMPLES_IN_ENTRY", 3)


async def told(server: Server, status: int = 200, path: str = "") -> Any:
    async with server.http.get(f"/api/events/talk/report{path}") as answer:
        assert answer.status == status, await answer.text()
        return await answer.json()


async def sampled(server: Server, number: int) -> EventRecords:
    """The records, once they have this many samples."""
    async with deadline():
        while len((records := records_from(await told(server))).samples) < number:
            await asyncio.sleep(0.02)
    return records


@pytest.mark.usefixtures("quickly")
async def test_an_event_is_sampled_while_it_is_live(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        await server.create("es", state="open")
        assert (await told(server))["samples"] == []
        await server.move("live")
        records = await sampled(server, 6)
        await server.move("paused")
        await asyncio.sleep(0.05)
        paused = len((await told(server))["samples"])
        await asyncio.sleep(0.1)
        assert len((await told(server))["samples"]) == paused
        await server.move("live")
        await sampled(server, paused + 3)
        await server.move("closed")
    assert set(records.samples[-1].channels) == {"floor", "es"}
    times = [one.at_ms for one in records.samples]
    assert times == sorted(times)
    async with open_bus(None, tmp_path) as bus:
        assert await bus.read(keys.samples("talk"))


async def test_a_report_is_made_of_captions_and_samples(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        await server.create("es")
        await server.move("closed")
    async with open_bus(None, tmp_path) as bus:
        for text, final in (("Buenos", False), ("Buenos días.", True)):
            caption = replace(SPOKEN, text=text, final=final)
            await bus.append(keys.captions("talk", "es"), caption.to_json())
        await bus.append(keys.captions("talk", "es"), b"broken")
        await bus.append(keys.samples("talk"), b"broken")
        await bus.put(keys.spent_record("talk"), b'{"es": {"ended_usd": 2, "running_usd": 1}}')
    async with running_server(tmp_path) as server:
        records = records_from(await told(server))
        async with server.http.get("/api/events/talk/report.html") as answer:
            page = html.fromstring(await answer.text())
            policy = answer.headers["Content-Security-Policy"]
        async with server.http.get("/api/events/talk/report.zip") as answer:
            files = zipfile.ZipFile(io.BytesIO(await answer.read())).namelist()
        await told(server, 404, ".pdf")
    spanish = records.channel("es")
    [spoken] = spanish.captions
    assert (spoken.text, len(spoken.growth), spoken.erased) == ("Buenos días.", 2, 0)
    assert 0 <= spoken.growth[0].at_ms <= spoken.growth[1].at_ms < 600_000
    assert spanish.cost_usd == 3
    assert page.xpath("//a/@href") == ["report.zip"]
    assert "script" not in policy
    assert {"report.html", "records.json", "ner-es.csv"} < set(files)


async def test_a_long_talk_is_read_in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_AT_ONCE", 7)
    clock = FakeClock(100)
    event = Event("talk", "A talk", EventState.CLOSED, (Channel("es"),), "", live_at_ms=40_000)
    async with EmbeddedBus(None, clock=clock) as bus:
        for number in range(20):
            caption = replace(SPOKEN, id=f"es-{number}", final=True)
            await bus.append(keys.captions("talk", "es"), caption.to_json())
        records = await read_records(bus, event, {})
    captions = records.channel("es").captions
    assert len(captions) == 20
    assert {one.growth[0].at_ms for one in captions} == {60_000}


async def test_too_many_reports_at_once_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files_in_turn, "MOST_WAITING", 0)
    async with running_server(tmp_path) as server:
        await server.create("es")
        assert (await told(server, 503))["error"] == "busy"
        monkeypatch.setattr(files_in_turn, "MOST_WAITING", 1)
        monkeypatch.setattr(files_in_turn, "DEADLINE_S", 0.0)
        assert (await told(server, 503))["error"] == "busy"
