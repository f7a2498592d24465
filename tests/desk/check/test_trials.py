"""One language is interpreted for the desk alone, from what the speaker said just now."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import pytest
import pytest_asyncio
from pydantic import SecretStr

from broadcaster.booths import trials as booth_trials
from broadcaster.config import Role
from broadcaster.desk.check import trials
from broadcaster.model.records import asking
from tests.desk.check.trying import SENTENCES, all_files, heard, speaking, spoken, the_talk
from tests.support.processes import rehearsal_server
from tests.support.redis_server import RedisServer
from tests.support.server import Server, running_server
from tests.support.sound import quick_matches, surely

ROLES = frozenset(Role)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def interpreter() -> AsyncIterator[str]:
    async with rehearsal_server() as url:
        yield url


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "LEAST_INTERVAL_S", 0.0)


async def tried(server: Server, channel: str) -> dict[str, Any]:
    async with server.http.post("/api/events/talk/trial", json={"channel": channel}) as answer:
        assert answer.status == 200, await answer.text()
        body: dict[str, Any] = await answer.json()
    return body


async def test_a_language_is_heard_and_read_before_the_event_is_live(
    tmp_path: Path, interpreter: str
) -> None:
    settings: dict[str, Any] = {
        "realtime_url": interpreter,
        "fallback_providers": f"local={interpreter}",
        "fallback_keys": SecretStr("local=test"),
    }
    async with running_server(tmp_path, **settings) as server:
        event = await server.create("es", {"tag": "fr", "interpreter": "converse"}, state="open")  # type: ignore[arg-type]
        async with speaking(server, event["stage_key"], await the_talk(), 14):
            spanish = await tried(server, "es")
            french = await tried(server, "fr")
        async with server.http.get("/api/events/talk/status") as answer:
            status = await answer.json()
        async with server.http.get("/api/events/talk/log") as answer:
            log = await answer.json()
        async with aiohttp.ClientSession(server.url) as attendee:
            async with attendee.get("/e/talk/transcript/es.txt") as answer:
                stored = await answer.text()
    for body, language in ((spanish, "es"), (french, "fr")):
        result = body["result"]
        assert (result["check"], result["light"]) == ("interpretation", "green"), result
        assert result["values"]["language"] == language
        assert SENTENCES[1].translations[language].split()[-1] in body["text"]
        found = quick_matches(heard(body), await spoken(language))
        assert surely(found) >= 4, found
        (other,) = body["others"]
        providers = [one["result"]["values"]["provider"] for one in (body, other)]
        assert providers == ["OpenAI", "local"]
        assert other["text"] == body["text"], other["result"]
        assert other["result"]["values"]["words"] == result["values"]["words"] > 10
        assert other["result"]["values"]["cost_usd"] == 0 < result["values"]["cost_usd"]
    assert status["cost_usd"] > 0
    assert [channel["cost_usd"] for channel in status["channels"]] == [0, 0, 0]
    entries = [one for one in log["entries"] if one["what"] == "interpretation_tried"]
    assert {one["values"]["channel"] for one in entries} == {"es", "fr"}
    assert "agua" not in stored
    assert b"agua" not in await asyncio.to_thread(all_files, tmp_path)


async def test_what_is_wrong_is_told(
    tmp_path: Path, interpreter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_server(tmp_path, realtime_url=interpreter) as server:
        event = await server.create("es", state="open")
        assert (await tried(server, "es"))["result"]["problem"] == "not_connected"
        monkeypatch.setattr(trials, "LEAST_INTERVAL_S", 60.0)
        silence = iter(lambda: bytes(960), b"")
        async with speaking(server, event["stage_key"], silence, 3):
            assert (await tried(server, "es"))["result"]["problem"] == "nobody_spoke"
        async with server.http.post("/api/events/talk/trial", json={"channel": "fr"}) as answer:
            assert (answer.status, (await answer.json())["error"]) == (404, "unknown_channel")
        async with server.http.post("/api/events/talk/trial", json={"channel": "es"}) as answer:
            assert (answer.status, (await answer.json())["error"]) == (409, "trial_running")


async def test_a_provider_that_fails_is_a_verdict(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        event = await server.create("es", state="open")
        async with speaking(server, event["stage_key"], await the_talk(), 2):
            result = (await tried(server, "es"))["result"]
    assert (result["light"], result["problem"]) == ("red", "unreachable")
    assert result["hint"]


async def test_a_trial_that_never_ends_is_late(
    tmp_path: Path, interpreter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(booth_trials, "TRIAL_TIMEOUT_S", 0.01)
    async with running_server(tmp_path, realtime_url=interpreter) as server:
        await server.create("es", state="open")
        assert (await tried(server, "es"))["result"]["problem"] == "trial_late"


async def test_nobody_runs_booths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "NOBODY_S", 0.5)
    async with running_server(tmp_path, ROLES - {Role.BOOTHS}) as server:
        await server.create("es", state="open")
        assert (await tried(server, "es"))["result"]["problem"] == "no_booths"


@pytest.mark.redis
async def test_one_of_several_processes_interprets(tmp_path: Path, interpreter: str) -> None:
    redis = RedisServer(tmp_path)
    redis.start()
    try:
        split = {"redis_url": redis.url, "realtime_url": interpreter}
        booths = frozenset({Role.BOOTHS})
        async with (
            running_server(tmp_path / "1", ROLES - {Role.BOOTHS}, **split) as server,
            running_server(tmp_path / "2", booths, **split),
            running_server(tmp_path / "3", booths, **split),
        ):
            event = await server.create("es", state="open")
            async with speaking(server, event["stage_key"], await the_talk(), 14):
                body = await tried(server, "es")
            async with server.http.get("/api/events/talk/status") as answer:
                cost_usd = (await answer.json())["cost_usd"]
            async with server.http.delete("/api/events/talk") as answer:
                assert answer.status == 204
    finally:
        redis.stop()
    assert body["result"]["light"] == "green"
    assert np.any(heard(body))
    assert cost_usd == pytest.approx(body["result"]["values"]["cost_usd"], rel=0.01)
