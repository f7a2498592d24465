"""Caption outputs by the API: added, shown without their secrets, tried, removed."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from broadcaster.bus import open_bus
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.desk import erasure
from broadcaster.desk.outputs import records
from broadcaster.desk.outputs import testing as output_testing
from broadcaster.desk.outputs.output_bodies import NewOutput
from broadcaster.desk.outputs.records import OutputRecords
from broadcaster.desk.outputs.resealing import reseal_addresses
from broadcaster.model.clock import SystemClock
from broadcaster.model.outputs import output_keys
from broadcaster.model.outputs.output import PURPOSE, CaptionOutput, OutputTarget
from broadcaster.stage_keys import StageKeyring
from tests.desk.feed_page import page
from tests.desk.outputs.asking import PATH, ask
from tests.outputs.zoom_server import QUERY, Fault, ZoomMeeting, zoom_meeting
from tests.support.deadline import deadline
from tests.support.server import Server, running_server

SECRET = "signature=nYt"


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with running_server(tmp_path) as running:
        await running.create("es")
        yield running


@pytest_asyncio.fixture
async def meeting() -> AsyncIterator[ZoomMeeting]:
    async with zoom_meeting() as one:
        yield one


def _files(folder: Path) -> list[Path]:
    return [one for one in folder.iterdir() if one.is_file()]


async def add(server: Server, meeting: ZoomMeeting, **more: Any) -> dict[str, Any]:
    body = {"kind": "zoom", "channel": "es", "address": meeting.address, **more}
    added: dict[str, Any] = await ask(server, "POST", PATH, 201, **body)
    return added


async def test_an_output_is_shown_without_its_address(
    server: Server, meeting: ZoomMeeting, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    added = await add(server, meeting, name="Meeting of hall 1")
    assert added["place"] == meeting.url.removeprefix("http://")
    assert (added["name"], added["state"], added["sent"]) == ("Meeting of hall 1", "waiting", 0)
    [listed] = await ask(server, "GET", PATH, 200)
    log = await ask(server, "GET", "/api/events/talk/log", 200)
    assert listed["id"] == added["id"]
    assert log["entries"][0]["what"] == "output_added"
    stored = b"".join(one.read_bytes() for one in _files(tmp_path))
    for text in (str(added), str(listed), str(log), stored.decode(errors="replace"), caplog.text):
        assert SECRET not in text


async def test_a_test_line_arrives_or_says_why_not(server: Server, meeting: ZoomMeeting) -> None:
    added = await add(server, meeting)
    path = f"{PATH}/{added['id']}/test"
    answer = await ask(server, "POST", path, 200)
    assert answer == {"arrived": True, "reason": "", "values": {}}
    assert meeting.texts == ["Test of the captions: A talk"]
    meeting.faults = [Fault.NOT_VALID]
    answer = await ask(server, "POST", path, 200)
    assert answer == {"arrived": False, "reason": "refused", "values": {"status": 403}}
    assert (await ask(server, "POST", path, 200))["arrived"]
    assert len(meeting.texts) == 2
    assert meeting.broken == []


async def test_a_new_address_is_used_from_then_on(server: Server, meeting: ZoomMeeting) -> None:
    async with zoom_meeting() as other:
        added = await add(server, other)
        path = f"{PATH}/{added['id']}"
        await ask(server, "POST", f"{path}/test", 200)
        changed = await ask(server, "PATCH", path, 200, address=meeting.address, name="New")
        assert changed["place"] == meeting.url.removeprefix("http://")
        async with deadline():
            while not meeting.texts:
                await ask(server, "POST", f"{path}/test", 200)
        assert (meeting.broken, other.broken) == ([], [])


async def test_pages_are_told_at_once(server: Server, meeting: ZoomMeeting) -> None:
    async with page(server) as desk:
        await desk.until("ready")
        added = await add(server, meeting)
        await desk.until("outputs")
        await ask(server, "POST", f"{PATH}/{added['id']}/test", 200)
        await desk.until("outputs")
        await ask(server, "DELETE", f"{PATH}/{added['id']}", 204)
        await desk.until("outputs")
    assert await ask(server, "GET", PATH, 200) == []
    for method, path in (("DELETE", ""), ("PATCH", ""), ("POST", "/test")):
        body = {"name": "x"} if method == "PATCH" else {}
        answer = await ask(server, method, f"{PATH}/{added['id']}{path}", 404, **body)
        assert answer["error"] == "unknown_output"


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"channel": "fr"}, 404, "unknown_channel"),
        ({"kind": "fax"}, 422, "bad_request"),
        ({"address": "https://wmcapi.zoom.us/closedcaption"}, 422, "bad_output_address"),
        ({"address": "file:///etc/passwd"}, 422, "bad_output_address"),
        ({"address": "https://ana:secret@zoom.us/x?id=1"}, 422, "bad_output_address"),
        ({"address": "https://zoom.us:x/?id=1"}, 422, "bad_output_address"),
        ({"address": "https://zoom.us/ a?id=1"}, 422, "bad_output_address"),
        ({"kind": "tcp", "address": "tcp://10.0.0.20"}, 422, "bad_output_address"),
        ({"kind": "tcp", "address": "http://10.0.0.20:23"}, 422, "bad_output_address"),
    ],
)
async def test_a_wrong_output_is_refused(
    server: Server, body: dict[str, Any], status: int, error: str
) -> None:
    wanted = {"kind": "zoom", "channel": "es", "address": f"https://zoom.us/closedcaption?{QUERY}"}
    answer = await ask(server, "POST", PATH, status, **{**wanted, **body})
    assert answer["error"] == error


async def test_an_event_has_a_limited_number_of_outputs(
    server: Server, meeting: ZoomMeeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "MOST_OUTPUTS", 2)
    monkeypatch.setattr(records, "REMOVED_S", -1)
    first = await add(server, meeting)
    await add(server, meeting)
    wanted = {"kind": "zoom", "channel": "es", "address": meeting.address}
    answer = await ask(server, "POST", PATH, 409, **wanted)
    assert answer["error"] == "too_many_outputs"
    await ask(server, "DELETE", f"{PATH}/{first['id']}", 204)
    await add(server, meeting)


async def test_an_output_whose_process_is_silent(
    server: Server, meeting: ZoomMeeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output_testing, "TEST_TIMEOUT_S", 0.05)
    meeting.faults = [Fault.HELD]
    added = await add(server, meeting)
    answer = await ask(server, "POST", f"{PATH}/{added['id']}/test", 504)
    assert answer["error"] == "output_silent"
    meeting.release.set()


async def test_an_address_under_a_lost_store_key_stops_the_output(
    tmp_path: Path, meeting: ZoomMeeting
) -> None:
    async with running_server(tmp_path) as server:
        await server.create("es")
        await add(server, meeting)
    (tmp_path / "store-key").write_text("another key")
    async with running_server(tmp_path) as server, deadline():
        while (await ask(server, "GET", PATH, 200))[0]["reason"] != "unreadable":
            await asyncio.sleep(0.02)


async def test_a_new_store_key_takes_over() -> None:
    old, both, new = (StageKeyring(keys) for keys in (["old"], ["new", "old"], ["new"]))
    wanted = NewOutput.model_validate(
        {"kind": "tcp", "channel": "es", "address": "tcp://10.0.0.20:23"}
    )
    clock = SystemClock()
    async with EmbeddedBus(None) as bus:
        added, _ = await OutputRecords(bus, clock, old.cipher(PURPOSE)).add("talk", wanted)
        for _ in range(2):  # the second time nothing is left to do
            await reseal_addresses(bus, clock, both)
        record = await bus.get(output_keys.output_record("talk", added.id))
    assert record is not None
    assert record.version == 2
    sealed = CaptionOutput.from_json(record.value).sealed
    assert OutputTarget.opened(old.cipher(PURPOSE), sealed) is None
    assert OutputTarget.opened(new.cipher(PURPOSE), sealed) == OutputTarget("tcp://10.0.0.20:23")


async def test_deleting_the_event_erases_its_outputs(
    tmp_path: Path, meeting: ZoomMeeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "TOMBSTONE_S", 0.0)
    async with running_server(tmp_path) as server:
        await server.create("es")
        added = await add(server, meeting)
        await ask(server, "POST", f"{PATH}/{added['id']}/test", 200)
        await ask(server, "POST", PATH, 201, kind="webhook", address="http://127.0.0.1:9/")
        await server.move("closed")
        await ask(server, "DELETE", "/api/events/talk", 204)
    async with open_bus(None, tmp_path) as bus:
        assert await bus.records(output_keys.OUTPUT_RECORDS) == []
        assert await bus.records(output_keys.OUTPUT_PROGRESS_RECORDS) == []
        assert await bus.records(output_keys.TOLD_RECORDS) == []
        assert await bus.read(output_keys.happenings("talk")) == []


async def test_a_text_that_was_refused_goes_to_the_new_address(
    tmp_path: Path, meeting: ZoomMeeting
) -> None:
    async with running_server(tmp_path) as server, zoom_meeting() as other:
        await server.create("es")
        added = await add(server, meeting)
        meeting.faults = [Fault.NOT_VALID] * 1_000
        await ask(server, "POST", f"{PATH}/{added['id']}/test", 200)
        await ask(server, "PATCH", f"{PATH}/{added['id']}", 200, address=other.address)
        async with deadline():
            while (await ask(server, "GET", PATH, 200))[0]["state"] != "waiting":
                await asyncio.sleep(0.02)
        assert (await ask(server, "POST", f"{PATH}/{added['id']}/test", 200))["arrived"]
        assert len(other.texts) == 1
