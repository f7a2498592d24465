"""The store, as people meet it: two servers on a folder, a full disk, backups."""

import asyncio
import resource
import signal
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.bus import databases
from tests.bus.databases import Damage, make_database
from tests.commands.stores import run
from tests.support.deadline import deadline
from tests.support.processes import TOKEN, Process, broadcaster
from tests.support.redis_server import RedisServer

AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}
TALK = {"id": "talk", "title": "A talk", "languages": ["es"]}


def limit_files(process: Process, limit: int) -> None:
    """Let every write of a process beyond this many bytes fail, as on a full disk."""
    _, hard = resource.prlimit(process.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.process.pid, resource.RLIMIT_FSIZE, (limit, hard))


async def ask(http: aiohttp.ClientSession, path: str) -> tuple[int, Any]:
    async with http.get(path) as answer:
        return answer.status, await answer.json()


async def until_ready(http: aiohttp.ClientSession, *, ready: bool) -> dict[str, Any]:
    """Wait until `/readyz` answers so; returns its answer."""
    async with deadline():
        while True:
            status, body = await ask(http, "/readyz")
            if (status == 200) is ready:
                return dict(body)
            await asyncio.sleep(0.1)


async def test_a_second_server_names_the_first(tmp_path: Path) -> None:
    async with broadcaster(tmp_path) as (_, first):
        pid = first.process.pid
        second = await asyncio.to_thread(run, tmp_path, "serve")
        assert second.returncode == 1
        assert f"another server (pid {pid}) uses the data folder {tmp_path}" in second.stderr
        assert "BROADCASTER_DATA_DIR" in second.stderr
        assert "Traceback" not in second.stderr
        checked = await asyncio.to_thread(run, tmp_path, "check")
        assert f"✓ Bus: embedded, in {tmp_path}, used by a server that runs (pid {pid})" in (
            checked.stdout
        )
        first.process.send_signal(signal.SIGKILL)
        async with deadline():
            await first.process.wait()
    async with broadcaster(tmp_path):
        pass


async def test_servers_that_meet_on_redis_share_a_folder(tmp_path: Path) -> None:
    redis = RedisServer(tmp_path)
    await asyncio.to_thread(redis.start)
    data = tmp_path / "data"
    try:
        async with (
            broadcaster(data, "floor", "booths", "desk", redis_url=redis.url),
            broadcaster(data, "edge", redis_url=redis.url, workers="2") as (url, _),
            aiohttp.ClientSession(url) as http,
        ):
            await until_ready(http, ready=True)
            for command in ("backup", "restore"):
                answer = await asyncio.to_thread(
                    run, data, command, str(tmp_path / "copy"), REDIS_URL=redis.url
                )
                assert answer.returncode == 1
                assert "events and captions are in Redis" in answer.stderr
                assert "BGSAVE" in answer.stderr
    finally:
        await asyncio.to_thread(redis.stop)


async def test_a_full_disk_is_told_and_stops_nothing(tmp_path: Path) -> None:
    async with (
        broadcaster(tmp_path) as (url, process),
        aiohttp.ClientSession(url, headers=AUTHORIZED) as http,
    ):
        async with http.post("/api/events", json=TALK) as answer:
            assert answer.status == 201
        await until_ready(http, ready=True)
        limit_files(process, 0)
        async with http.patch("/api/events/talk", json={"state": "live"}) as answer:
            assert answer.status == 200
        told = await until_ready(http, ready=False)
        assert told["error"] == "bus_unavailable"
        assert "bus.sqlite3" in told["message"]
        assert "space" in told["hint"]
        _, info = await ask(http, "/e/talk/info")
        assert info["state"] == "live"
        _, store = await ask(http, "/api/store")
        assert not store["ready"]
        assert store["message"] == told["message"]
        assert store["waiting"] >= 1
        assert store["errors"] >= 1
        async with http.get("/metrics") as answer:
            metrics = await answer.text()
        assert "broadcaster_store_up 0.0" in metrics
        await process.line("the store fails: .*bus.sqlite3")
        limit_files(process, resource.prlimit(process.process.pid, resource.RLIMIT_FSIZE)[1])
        await until_ready(http, ready=True)
        await process.line("the store works again")
        _, store = await ask(http, "/api/store")
        assert (store["ready"], store["waiting"], store["lost"]) == (True, 0, 0)
    async with (
        broadcaster(tmp_path) as (url, _),
        aiohttp.ClientSession(url, headers=AUTHORIZED) as http,
    ):
        _, event = await ask(http, "/api/events/talk")
        assert event["state"] == "live"


@pytest.mark.parametrize("damage", [databases.damage_header, databases.damage_page_in_the_middle])
async def test_damage_while_it_runs_is_told(tmp_path: Path, damage: Damage) -> None:
    await asyncio.to_thread(make_database, tmp_path / "bus.sqlite3")
    async with broadcaster(tmp_path) as (url, _), aiohttp.ClientSession(url) as http:
        await until_ready(http, ready=True)
        await asyncio.to_thread(damage, tmp_path / "bus.sqlite3")
        told = await until_ready(http, ready=False)
        assert "is damaged" in told["message"]
        assert "broadcaster restore" in told["hint"]


@pytest.mark.parametrize("command", ["serve", "check"])
def test_a_damaged_database_names_the_way_out(tmp_path: Path, command: str) -> None:
    make_database(tmp_path / "bus.sqlite3")
    databases.damage_page_in_the_middle(tmp_path / "bus.sqlite3")
    answer = run(tmp_path, command)
    assert answer.returncode == 1
    text = answer.stdout + answer.stderr
    assert f"the database {tmp_path}/bus.sqlite3 is damaged" in text
    assert "Restore a backup: broadcaster restore FILE." in text
    assert "move the file" in text
    assert "Traceback" not in text


def test_check_tells_the_free_space(tmp_path: Path) -> None:
    answer = run(tmp_path, "check")
    assert f"Bus: embedded, in {tmp_path}; a write and a read went through" in answer.stdout
    assert "GB are free" in answer.stdout


async def test_a_backup_while_it_runs_and_its_restore(tmp_path: Path) -> None:
    data, saved = tmp_path / "data", tmp_path / "saved"
    async with (
        broadcaster(data) as (url, process),
        aiohttp.ClientSession(url, headers=AUTHORIZED) as http,
    ):
        async with http.post("/api/events", json=TALK) as answer:
            assert answer.status == 201
        made = await asyncio.to_thread(run, data, "backup", str(saved))
        assert made.returncode == 0, made.stderr
        assert "events: 1, " in made.stdout
        again = await asyncio.to_thread(run, data, "backup", str(saved))
        assert again.returncode == 1
        assert "exists already" in again.stderr
        async with http.patch("/api/events/talk", json={"title": "Later"}) as answer:
            assert answer.status == 200
        refused = await asyncio.to_thread(run, data, "restore", str(saved))
        assert refused.returncode == 1
        assert f"another server (pid {process.process.pid})" in refused.stderr
    restored = await asyncio.to_thread(run, data, "restore", str(saved))
    assert restored.returncode == 0, restored.stderr
    assert "is kept: " in restored.stdout
    async with (
        broadcaster(data) as (url, _),
        aiohttp.ClientSession(url, headers=AUTHORIZED) as http,
    ):
        _, event = await ask(http, "/api/events/talk")
        assert event["title"] == "A talk"


def test_a_backup_into_a_folder_that_is_missing_is_explained(tmp_path: Path) -> None:
    make_database(tmp_path / "bus.sqlite3")
    answer = run(tmp_path, "backup", str(tmp_path / "missing" / "copy"))
    assert answer.returncode == 1
    assert "missing/copy" in answer.stderr
    assert "Traceback" not in answer.stderr
