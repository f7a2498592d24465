"""Inputs that the server fetches from an address: on the API, and heard on the floor."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.config import Settings
from broadcaster.desk.erasure import EventEraser
from broadcaster.desk.inputs.pull import PullNews, PullOrder, pulled
from broadcaster.desk.inputs.pulled_records import PulledRecords
from broadcaster.desk.outputs.resealing import reseal_addresses
from broadcaster.from_settings import own_certificate
from broadcaster.model import keys
from broadcaster.model.clock import SystemClock
from broadcaster.model.event import Event, EventState
from broadcaster.model.inputs.pulled import (
    PURPOSE,
    Pull,
    PulledInput,
    PulledState,
    pulled_record,
    pulled_state_record,
)
from broadcaster.model.inputs.rules import InputRole
from broadcaster.stage_keys import StageKeyring
from tests.commands.publishers import ORGANIZER, stage
from tests.edge.screens.hall import Hall, hall
from tests.support.deadline import deadline
from tests.support.listener import recording
from tests.support.ports import free_port
from tests.support.processes import descendants
from tests.support.sound import matches, samples
from tests.support.stream_sender import keep_sending
from tests.support.tasks import background_task
from tests.webrtc.support import voice

PATH = "/api/events/talk/inputs/pulled"
SECRET = "stream-key-of-the-hall"
SAID = samples(voice(60, 24_000).tobytes())


@pytest_asyncio.fixture
async def venue() -> AsyncIterator[Hall]:
    async with hall() as found:
        yield found


async def ask(
    http: aiohttp.ClientSession, method: str, path: str, status: int, body: object = None
) -> Any:
    async with http.request(method, path, json=body) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json() if status != 204 else None


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "/etc/passwd",
        "concat:/etc/passwd|/etc/hosts",
        "pipe:0",
        "rtsp://10.0.0.9/stream",
        "https://",
        "srt://10.0.0.9",
        "http://10.0.0.9/a b",
        "https://10.0.0.9/hall.m3u8?mode=listener",
    ],
)
async def test_other_addresses_are_refused(venue: Hall, address: str) -> None:
    answer = await ask(venue.http, "PUT", f"{PATH}/main", 422, {"address": address})
    assert answer["error"] == "bad_input_address"
    assert "srt://10.0.0.20:9000" in answer["hint"]
    assert await ask(venue.http, "GET", PATH, 200) == []


async def test_an_address_is_kept_secret_until_it_is_removed(venue: Hall) -> None:
    for method, body in (("PATCH", {"on": False}), ("DELETE", None)):
        answer = await ask(venue.http, method, f"{PATH}/main", 404, body)
        assert answer["error"] == "unknown_input"
    await ask(venue.http, "PUT", f"{PATH}/third", 404, {"address": "http://10.0.0.9/"})
    address = f"http://ana:{SECRET}@127.0.0.1:9/{SECRET}?key={SECRET}"
    shown = await ask(venue.http, "PUT", f"{PATH}/backup", 200, {"address": address})
    assert (shown["role"], shown["place"], shown["state"]) == (
        "backup",
        "http://127.0.0.1:9",
        "connecting",
    )
    off = await ask(venue.http, "PATCH", f"{PATH}/backup", 200, {"on": False})
    assert await ask(venue.http, "GET", PATH, 200) == [off]
    assert off["state"] == "off"
    record = await venue.bus.get(pulled_record("talk", InputRole.BACKUP))
    assert record is not None
    assert SECRET not in record.value.decode()
    await ask(venue.http, "DELETE", f"{PATH}/backup", 204)
    assert await ask(venue.http, "GET", PATH, 200) == []
    log = await ask(venue.http, "GET", "/api/events/talk/log", 200)
    told = [one for one in log["entries"] if one["what"].startswith("pulled_input_")]
    assert {one["what"] for one in told} == {"pulled_input_started", "pulled_input_stopped"}
    assert {one["values"]["place"] for one in told} == {"http://127.0.0.1:9"}
    assert SECRET not in json.dumps(log)
    record = await venue.bus.get(pulled_record("talk", InputRole.BACKUP))
    assert record is not None
    assert PulledInput.from_json(record.value).sealed == ""


async def test_an_encoder_is_heard_without_another_machine(tmp_path: Path) -> None:
    port = free_port()
    address = f"rtmp://127.0.0.1:{port}/live/hall?mode=listener"
    away = f"http://ana:{SECRET}@127.0.0.1:9/hall.mp3"
    async with (
        stage(tmp_path / "data") as (whip, _, process),
        aiohttp.ClientSession(whip.partition("/whip/")[0], headers=ORGANIZER) as http,
    ):
        base = whip.partition("/whip/")[0]

        async def until(fits: Callable[[dict[str, dict[str, Any]]], bool]) -> dict[str, Any]:
            async with deadline():
                while True:
                    found = {one["role"]: one for one in await ask(http, "GET", PATH, 200)}
                    if fits(found):
                        return found
                    await asyncio.sleep(0.1)

        await ask(http, "PUT", f"{PATH}/main", 200, {"address": address})
        await ask(http, "PUT", f"{PATH}/backup", 200, {"address": away})
        found = await until(lambda one: bool(one["backup"]["state"] == "retrying"))
        assert "http://127.0.0.1:9 cannot be read" in found["backup"]["detail"]
        assert SECRET not in json.dumps(found)
        commands = [command(pid) for pid in descendants(process.process.pid)]
        assert commands
        assert not [one for one in commands if SECRET in one]
        async with (
            background_task(keep_sending("rtmp", port), name="encoder"),
            recording(base, "talk", "floor") as record,
        ):
            found = await until(lambda one: bool(one["main"]["state"] == "playing"))
            async with deadline():
                while sum(match.r > 0.8 for match in matches(record.sound(), SAID)) < 2:
                    await asyncio.sleep(0.5)
            await until(lambda one: bool(one["main"]["level_dbfs"] > -40))
        await ask(http, "PATCH", f"{PATH}/main", 200, {"on": False})
        await ask(http, "DELETE", f"{PATH}/backup", 204)
        async with deadline():
            while descendants(process.process.pid):
                await asyncio.sleep(0.1)
        assert [one["state"] for one in await ask(http, "GET", PATH, 200)] == ["off"]


def command(pid: int) -> str:
    """The command line of a process, as everybody on the machine can read it."""
    return Path(f"/proc/{pid}/cmdline").read_text()


@pytest.mark.parametrize(
    ("lines", "news"),
    [
        (['{"state": "connecting", "device": false}'], [PullNews(Pull.CONNECTING)]),
        (
            [
                '{"state": "on_floor", "device": false, "message": "on the floor: srt://x:9"}',
                '{"state": "on_floor", "device": false, "message": "x has ended; waiting for it"}',
                '{"state": "on_floor", "device": true, "level_dbfs": -20.6}',
            ],
            [
                PullNews(Pull.CONNECTING),
                PullNews(Pull.RETRYING, "x has ended"),
                PullNews(Pull.PLAYING, level_dbfs=-21),
            ],
        ),
        (
            [
                '{"state": "connecting", "device": false, "message": "x ended; waiting for it"}',
                '{"state": "on_floor", "device": false, "message": "on the floor: srt://x:9"}',
            ],
            [PullNews(Pull.RETRYING, "x ended")] * 2,
        ),
        (
            ["no JSON", '{"exit_code": 1, "message": "Error: SRT needs a program."}'],
            [PullNews(Pull.STOPPED, "SRT needs a program.")],
        ),
        (
            ['{"exit_code": 3, "message": "Error: taken."}'],
            [PullNews(Pull.RETRYING, "taken.")],
        ),
    ],
)
async def test_the_lines_of_the_program_tell_the_state(
    lines: list[str], news: list[PullNews]
) -> None:
    order = PullOrder("srt://x:9", "http://y/whip/talk", "key", backup=False)
    program = f"input(); print(*{lines!r}, sep='\\n')"
    command = (sys.executable, "-c", program)
    async with aclosing(pulled(command, order)) as found, deadline():
        assert [one async for one in found] == news


async def test_a_new_store_key_takes_over() -> None:
    old, both, new = (StageKeyring(keys_) for keys_ in (["old"], ["new", "old"], ["new"]))
    async with EmbeddedBus(None) as bus:
        records = PulledRecords(bus, old.cipher(PURPOSE))
        await records.put("talk", InputRole.MAIN, "http://10.0.0.9/hall.mp3", "http://desk")
        await reseal_addresses(bus, SystemClock(), both)
        record = await bus.get(pulled_record("talk", InputRole.MAIN))
    assert record is not None
    one = PulledInput.from_json(record.value)
    assert one.address(old.cipher(PURPOSE)) is None
    assert one.address(new.cipher(PURPOSE)) == "http://10.0.0.9/hall.mp3"


async def test_deleting_the_event_erases_its_addresses() -> None:
    clock = SystemClock()
    event = Event("talk", "A talk", EventState.CLOSED, (), "key")
    async with EmbeddedBus(None) as bus:
        version = await bus.put(keys.event_record("talk"), event.to_json(), 0)
        records = PulledRecords(bus, StageKeyring(["key"]).cipher(PURPOSE))
        await records.put("talk", InputRole.MAIN, "http://10.0.0.9/hall.mp3", "http://desk")
        await bus.put(pulled_state_record("talk", InputRole.MAIN), PulledState().to_json(), 0)
        await EventEraser(bus, clock).delete(event, version)
        assert await bus.records("pulled") == []


def test_a_certificate_of_our_own_is_trusted(tmp_path: Path) -> None:
    plain = Settings.model_validate({"data_dir": tmp_path})
    assert own_certificate(plain) == ""
    assert own_certificate(Settings.model_validate({"data_dir": tmp_path, "tls": True})) == str(
        tmp_path / "tls" / "certificate.pem"
    )
