"""Every engine is tried with a real session, and each way in which it can fail is told."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from click.testing import CliRunner
from pydantic import SecretStr

from broadcaster.booths import engine_checks
from broadcaster.commands.cli import main
from broadcaster.config import Role
from broadcaster.desk.check import engines, runner
from tests.desk.check.checking import Verdicts, checked
from tests.support.processes import rehearsal_server
from tests.support.redis_server import RedisServer
from tests.support.server import TOKEN, Server, running_server

ENGINES = ("engine_translate", "engine_converse", "engine_transcribe")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def interpreter() -> AsyncIterator[str]:
    async with rehearsal_server() as url:
        yield url


async def plan(interpreter: str, **fault: Any) -> None:
    """Let the rehearsal server fail in every session."""
    async with aiohttp.ClientSession() as http:
        address = interpreter.removesuffix("/v1") + "/rehearsal/faults"
        async with http.post(address, json={"times": None, **fault}) as answer:
            assert answer.status == 201, await answer.text()


@pytest_asyncio.fixture
async def no_faults(interpreter: str) -> AsyncIterator[str]:
    yield interpreter
    async with aiohttp.ClientSession() as http:
        await http.delete(interpreter.removesuffix("/v1") + "/rehearsal/faults")


async def verdicts(folder: Path, interpreter: str, **settings: Any) -> Verdicts:
    """The verdicts about an event with all engines."""
    settings = {"realtime_url": interpreter, **settings}
    async with running_server(folder, **settings) as server:
        languages = ({"tag": "es"}, {"tag": "fr"}, {"tag": "pl", "interpreter": "converse"})
        await server.create(*languages, state="open")  # type: ignore[arg-type]
        return await checked(server)


async def test_every_engine_that_the_event_uses_is_opened(tmp_path: Path, no_faults: str) -> None:
    found = await verdicts(tmp_path, no_faults)
    for engine in ENGINES:
        assert found[engine]["light"] == "green", found[engine]
        assert found[engine]["values"]["latency_ms"] >= 0
    assert found["store"]["light"] == found["disk"]["light"] == "green"
    assert found["microphone"]["problem"] == "not_connected"
    assert found["address"]["problem"] == "address_local"


@pytest.mark.parametrize(
    ("fault", "problem", "light"),
    [
        ("refuse_key", "key_refused", "red"),
        ("refuse_quota", "no_credit", "red"),
        ("refuse_rate_limit", "busy", "amber"),
        ("refuse_overloaded", "busy", "amber"),
    ],
)
async def test_a_refusal_is_told_with_the_next_step(
    tmp_path: Path, no_faults: str, fault: str, problem: str, light: str
) -> None:
    await plan(no_faults, name=fault)
    found = await verdicts(tmp_path, no_faults)
    for engine in ENGINES:
        assert (found[engine]["problem"], found[engine]["light"]) == (problem, light)
        assert found[engine]["message"].endswith(".")
        assert found[engine]["hint"].endswith(".")


async def test_one_engine_alone_can_fail(tmp_path: Path, no_faults: str) -> None:
    await plan(no_faults, name="refuse_quota", endpoint="conversation")
    found = await verdicts(tmp_path, no_faults)
    assert [found[engine]["light"] for engine in ENGINES] == ["green", "red", "green"]


async def test_an_unknown_model_is_told(tmp_path: Path, no_faults: str) -> None:
    found = await verdicts(tmp_path, no_faults, converse_model="gpt-of-tomorrow")
    assert found["engine_converse"]["problem"] == "model_unknown"
    assert found["engine_translate"]["light"] == "green"


async def test_a_server_that_hangs_or_is_slow_is_told(
    tmp_path: Path, no_faults: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_checks, "OPEN_TIMEOUT_S", 1.0)
    await plan(no_faults, name="slow_accept", for_s=30, endpoint="translation")
    monkeypatch.setattr(engine_checks, "SLOW_MS", -1)
    found = await verdicts(tmp_path, no_faults)
    assert found["engine_translate"]["problem"] == "no_answer"
    assert (found["engine_converse"]["problem"], found["engine_converse"]["light"]) == (
        "slow",
        "amber",
    )


async def test_nobody_there_is_told(tmp_path: Path) -> None:
    found = await verdicts(tmp_path, "http://127.0.0.1:9/v1")
    assert {found[engine]["problem"] for engine in ENGINES} == {"unreachable"}


async def test_no_process_with_booths_is_a_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "NOBODY_S", 0.5)
    async with running_server(tmp_path, frozenset({Role.DESK})) as server:
        await server.create("es", state="open")
        found = await checked(server)
    assert (found["engines"]["problem"], found["engines"]["light"]) == ("no_booths", "red")


async def test_odd_languages_and_fallbacks_are_tried_by_themselves(
    tmp_path: Path, no_faults: str
) -> None:
    nobody = "local=http://127.0.0.1:9/v1"
    settings: dict[str, Any] = {"realtime_url": no_faults, "fallback_providers": nobody}
    async with running_server(tmp_path, **settings) as server:
        languages = ({"tag": "es"}, {"tag": "tlh", "interpreter": "translate"})
        await server.create(*languages, state="open", source_captions=False)  # type: ignore[arg-type]
        async with server.http.post("/api/events/talk/check"):
            pass
        found = await checked(server)
        async with server.http.get("/api/events/talk/check") as answer:
            report = await answer.json()
    tried = [one for one in report["results"] if one["check"] == "engine_translate"]
    lights = {
        (one["values"]["language"], one["values"]["provider"]): (one["light"], one["problem"])
        for one in tried
    }
    assert lights == {
        ("es", "OpenAI"): ("green", ""),
        ("tlh", "OpenAI"): ("red", "language_unsupported"),
        ("es", "local"): ("amber", "unreachable"),
    }
    assert "engine_transcribe" not in found


async def test_a_check_that_runs_is_not_started_again(tmp_path: Path, no_faults: str) -> None:
    async with running_server(tmp_path, realtime_url=no_faults) as server:
        await server.create("es", state="open")
        ids = set()
        for _ in range(5):
            async with server.http.post("/api/events/talk/check") as answer:
                ids.add((await answer.json())["id"])
        assert len(ids) == 1
        await server.move("closed")
        async with server.http.post("/api/events/talk/check") as answer:
            assert (answer.status, (await answer.json())["error"]) == (409, "event_closed")


async def test_an_event_that_was_never_checked_is_grey(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        await server.create("es", state="open")
        async with server.http.get("/api/events/talk/check") as answer:
            report = await answer.json()
    assert (report["id"], report["light"], report["results"]) == ("", "grey", [])


@pytest.mark.redis
async def test_engines_are_tried_where_the_booths_run(tmp_path: Path, no_faults: str) -> None:
    """The desk's own key is wrong and does not matter; of two processes the worse one counts."""
    redis = RedisServer(tmp_path)
    redis.start()
    try:
        split = {"redis_url": redis.url, "realtime_url": no_faults}
        desk, booths = frozenset({Role.DESK}), frozenset({Role.BOOTHS})
        nobody = {**split, "realtime_url": "http://127.0.0.1:9/v1"}
        async with (
            running_server(tmp_path / "1", desk, **nobody) as server,
            running_server(tmp_path / "2", booths, **split),
        ):
            await server.create("es", state="open")
            assert (await checked(server))["engine_translate"]["light"] == "green"
            async with running_server(tmp_path / "3", booths, **nobody):
                await _again(server)
                found = await checked(server)
            assert found["engine_translate"]["problem"] == "unreachable"
    finally:
        redis.stop()


async def _again(server: Server) -> None:
    """Let the next check begin at once."""
    runner.LEAST_INTERVAL_S = 0.0


@pytest.fixture(autouse=True)
def usual_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "LEAST_INTERVAL_S", runner.LEAST_INTERVAL_S)


async def test_a_wrong_key_is_refused(tmp_path: Path, no_faults: str) -> None:
    found = await verdicts(tmp_path, no_faults, api_key=SecretStr(""))
    assert {found[engine]["problem"] for engine in ENGINES} == {"key_refused"}


async def test_the_command_prints_the_verdicts(tmp_path: Path, no_faults: str) -> None:
    await plan(no_faults, name="refuse_key", endpoint="transcription")
    async with running_server(tmp_path, realtime_url=no_faults) as server:
        await server.create("es", state="open")
        command = ["check", "--event", "talk", "--url", server.url, "--token", TOKEN]
        result = await asyncio.to_thread(CliRunner().invoke, main, command)
    assert result.exit_code == 1, result.output
    assert "✓ engine_translate (es): A session opened in" in result.stdout
    assert "✗ engine_transcribe (floor): The interpreter server does not accept" in result.stdout
    assert "· microphone: No speaker is connected. Open the stage page" in result.stdout
