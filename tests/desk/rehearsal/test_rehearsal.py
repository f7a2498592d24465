"""A rehearsal broadcasts a hidden copy of an event, and nothing of it stays."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from broadcaster.config import Role
from broadcaster.desk.check import trials
from broadcaster.desk.rehearsal import conductor
from broadcaster.rehearsal import talk
from tests.desk.check.trying import all_files, heard, spoken
from tests.support.redis_server import RedisServer
from tests.support.server import Server, running_server
from tests.support.sound import quick_matches, surely

SENTENCES = talk.load().sentences
ROLES = frozenset(Role)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "LEAST_INTERVAL_S", 0.0)


async def rehearsed_event(server: Server) -> dict[str, dict[str, Any]]:
    """The outcome by channel; that of a rehearsal that did not take place has an empty name."""
    wait = aiohttp.ClientTimeout(total=300)
    async with server.http.post("/api/events/talk/rehearsal", timeout=wait) as answer:
        assert answer.status == 200, await answer.text()
        body = await answer.json()
    return {one["result"]["values"].get("language", ""): one for one in body["channels"]}


async def check_rehearsal(server: Server) -> None:
    """All channels are green, and the hidden event was seen by nobody."""
    seen: set[str] = set()

    async def look() -> None:
        while True:
            async with server.http.get("/api/events") as answer:
                seen.update(event["id"] for event in await answer.json())
            await asyncio.sleep(0.5)

    async with asyncio.TaskGroup() as tasks:
        looking = tasks.create_task(look())
        found = await rehearsed_event(server)
        looking.cancel()
    assert seen == {"talk"}
    assert list(found) == ["floor", "es", "fr", "pl"]
    for channel in ("floor", "es", "fr"):
        result = found[channel]["result"]
        assert (result["light"], result["problem"]) == ("green", ""), (channel, result)
        assert result["values"]["level_dbfs"] > -40
    for language in ("es", "fr"):
        assert found[language]["result"]["values"]["lag_ms"] > 0
        assert SENTENCES[0].translations[language].split()[0] in found[language]["text"]
        windows = quick_matches(heard(found[language]), await spoken(language))
        assert surely(windows) >= 3, windows
    assert found["pl"]["result"]["problem"] == "rehearsal_language"
    async with server.http.get("/api/events/talk/status") as answer:
        assert (await answer.json())["cost_usd"] == 0
    async with server.http.get("/api/events/talk/log") as answer:
        entries = (await answer.json())["entries"]
    assert "event_rehearsed" in {entry["what"] for entry in entries}


async def create(server: Server) -> None:
    languages = ({"tag": "es"}, {"tag": "fr", "interpreter": "converse"}, {"tag": "pl"})
    await server.create(*languages, state="open")  # type: ignore[arg-type]


async def test_every_channel_reaches_a_listener_without_a_key(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        await create(server)
        await check_rehearsal(server)
    assert SENTENCES[0].translations["es"].encode() not in await asyncio.to_thread(
        all_files, tmp_path
    )


@pytest.mark.redis
async def test_it_runs_on_separate_workers(tmp_path: Path) -> None:
    redis = RedisServer(tmp_path)
    await asyncio.to_thread(redis.start)
    booths = frozenset({Role.BOOTHS})
    try:
        async with (
            running_server(tmp_path / "1", ROLES - booths, redis_url=redis.url) as server,
            running_server(tmp_path / "2", booths, redis_url=redis.url),
        ):
            await create(server)
            await check_rehearsal(server)
    finally:
        await asyncio.to_thread(redis.stop)


async def test_what_does_not_work_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conductor, "READY_S", 1.0)
    monkeypatch.setattr(conductor, "HEARD_S", 2.0)
    async with running_server(tmp_path, ROLES - {Role.BOOTHS}) as server:
        await create(server)
        found = await rehearsed_event(server)
        assert found["es"]["result"]["problem"] == "rehearsal_no_booth"
        monkeypatch.setattr(conductor, "REHEARSAL_TIMEOUT_S", 0.5)
        assert (await rehearsed_event(server))[""]["result"]["problem"] == "rehearsal_late"
        monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
        assert (await rehearsed_event(server))[""]["result"]["problem"] == "rehearsal_missing"
    monkeypatch.undo()
    monkeypatch.setattr(conductor, "READY_S", 1.0)
    nowhere = "http://127.0.0.1:9"
    async with running_server(tmp_path / "other", public_url=nowhere) as server:
        await create(server)
        result = (await rehearsed_event(server))[""]["result"]
    assert (result["light"], result["problem"]) == ("red", "rehearsal_refused")
