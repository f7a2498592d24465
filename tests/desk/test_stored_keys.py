"""Stage keys in the store: encrypted, read from earlier versions, shown again, replaced."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from broadcaster.bus import open_bus
from broadcaster.model import keys
from broadcaster.model.event import Channel, Event, EventState
from tests.support.deadline import deadline
from tests.support.redis_server import RedisServer
from tests.support.server import Server, running_server

OLD_KEY = "key-of-an-earlier-version"
OLD = Event("talk", "A talk", EventState.OPEN, (Channel("es"),), OLD_KEY)
SDP = {"Content-Type": "application/sdp"}


async def store(folder: Path, redis_url: str | None = None) -> None:
    """Store what an earlier version has left after some changes of the event."""
    async with open_bus(redis_url, folder) as bus:
        for number in range(20):
            more = {**json.loads(OLD.to_json()), "title": "A talk" + "!" * number}
            await bus.put(keys.event_record("talk"), json.dumps(more).encode())


def stored_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def sealed_event(server: Server) -> dict[str, Any]:
    """The event, once the server has written its record again."""
    async with deadline():
        while True:
            async with server.http.get("/api/events/talk") as answer:
                if answer.headers["ETag"] != '"20"':
                    return dict(await answer.json())
            await asyncio.sleep(0.02)


async def taken(server: Server, key: str) -> bool:
    """Whether the floor takes the stage key; it refuses what is sent as an offer anyway."""
    headers = {**SDP, "Authorization": f"Bearer {key}"}
    async with server.http.post("/whip/talk", data="x", headers=headers) as answer:
        assert answer.status in {400, 401}
        return answer.status == 400


async def test_no_key_can_be_read_in_the_data_folder(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        event = await server.create("es", state="open")
        assert await taken(server, event["stage_key"])
    assert event["stage_key"].encode() not in stored_bytes(tmp_path)
    assert (tmp_path / "store-key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "store-key").read_bytes().strip() not in (
        tmp_path / "bus.sqlite3"
    ).read_bytes()


async def test_keys_of_an_earlier_version_are_encrypted_at_the_start(tmp_path: Path) -> None:
    await store(tmp_path)
    assert OLD_KEY.encode() in stored_bytes(tmp_path)
    async with running_server(tmp_path) as server:
        assert await taken(server, OLD_KEY)
        event = await sealed_event(server)
        assert event["stage_key"] == OLD_KEY
        assert event["links"]["stage"].endswith(f"#key={OLD_KEY}")
        async with deadline():
            while OLD_KEY.encode() in await asyncio.to_thread(stored_bytes, tmp_path):
                await asyncio.sleep(0.02)
        assert await taken(server, OLD_KEY)
    assert OLD_KEY.encode() not in stored_bytes(tmp_path)


async def test_keys_in_redis_are_encrypted_too(tmp_path: Path) -> None:
    redis = RedisServer(tmp_path)
    await asyncio.to_thread(redis.start)
    try:
        await store(tmp_path, redis.url)
        async with running_server(tmp_path / "data", redis_url=redis.url) as server:
            event = await sealed_event(server)
            assert event["stage_key"] == OLD_KEY
            assert await taken(server, OLD_KEY)
            async with deadline():  # Redis writes its file again in a process of its own
                while OLD_KEY.encode() in await asyncio.to_thread(stored_bytes, tmp_path):
                    await asyncio.sleep(0.05)
    finally:
        await asyncio.to_thread(redis.stop)


async def test_a_new_store_key_takes_over(tmp_path: Path) -> None:
    first, second = SecretStr("1" * 32), SecretStr("2" * 32 + "," + "1" * 32)
    await store(tmp_path)
    async with running_server(tmp_path, store_key=first) as server:
        assert (await sealed_event(server))["stage_key"] == OLD_KEY
    assert not (tmp_path / "store-key").exists()
    async with running_server(tmp_path, store_key=second) as server:
        async with deadline():
            while True:
                async with server.http.get("/api/events/talk") as answer:
                    assert (await answer.json())["stage_key"] == OLD_KEY
                    if answer.headers["ETag"] == '"22"':
                        break
    async with running_server(tmp_path, store_key=SecretStr("2" * 32)) as server:
        async with server.http.get("/api/events/talk") as answer:
            assert (await answer.json())["stage_key"] == OLD_KEY


async def test_without_its_store_key_the_speaker_goes_on_and_the_desk_says_so(
    tmp_path: Path,
) -> None:
    async with running_server(tmp_path) as server:
        old = (await server.create("es", state="open"))["stage_key"]
    (tmp_path / "store-key").unlink()
    async with running_server(tmp_path) as server:
        async with server.http.get("/api/events/talk") as answer:
            event = await answer.json()
        assert event["stage_key"] == ""
        assert [warning["id"] for warning in event["warnings"]] == ["stage_key_unreadable"]
        assert await taken(server, old)
        async with server.http.patch("/api/events/talk", json={"new_stage_key": True}) as answer:
            event = await answer.json()
        assert event["warnings"] == []
        assert await taken(server, event["stage_key"])
        assert not await taken(server, old)


@pytest.mark.parametrize("change", [{"title": "B"}, {"state": "live"}, {"new_stage_key": False}])
async def test_other_changes_keep_the_key(tmp_path: Path, change: dict[str, Any]) -> None:
    async with running_server(tmp_path) as server:
        before = await server.create("es", state="open")
        async with server.http.patch("/api/events/talk", json=change) as answer:
            assert (await answer.json())["stage_key"] == before["stage_key"]


async def test_answers_with_keys_are_not_kept_by_caches(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        event = await server.create("es", state="open")
        for path in ("", "/talk", "/talk/status", "/talk/qr/stage.svg", "/talk/qr/attendee.svg"):
            async with server.http.get(f"/api/events{path}") as answer:
                assert answer.status == 200
                assert answer.headers["Cache-Control"] == "no-store", path
        async with server.http.patch("/api/events/talk", json={}) as answer:
            assert answer.headers["Cache-Control"] == "no-store"
        new = {"title": "Another", "languages": ["es"]}
        async with server.http.post("/api/events", json=new) as answer:
            assert event["stage_key"] != (await answer.json())["stage_key"]
            assert answer.headers["Cache-Control"] == "no-store"
        async with server.http.get("/metrics") as answer:
            assert answer.headers["Cache-Control"] == "no-store"
