"""An announcement is translated by the provider for a preview on the desk."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from broadcaster.config import Role
from broadcaster.model.records import asking
from broadcaster.rehearsal import talk
from tests.support.processes import rehearsal_server
from tests.support.redis_server import RedisServer
from tests.support.server import Server, running_server

SENTENCE = talk.load().sentences[0]
PATH = "/api/events/talk/announcements/translation"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def interpreter() -> AsyncIterator[str]:
    async with rehearsal_server() as url:
        yield url


async def translated(server: Server, body: object, status: int = 200) -> Any:
    async with server.http.post(PATH, json=body) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json()


async def test_each_language_gets_a_text_that_can_be_edited(
    tmp_path: Path, interpreter: str
) -> None:
    async with running_server(tmp_path, realtime_url=interpreter) as server:
        await server.create("es", "ar", "zh-Hans", "en", "xh")
        found = await translated(server, {"text": SENTENCE.text, "language": "en"})
        assert found["translations"] == {
            "es": SENTENCE.translations["es"],
            "ar": SENTENCE.translations["ar"],
            "zh-Hans": SENTENCE.translations["zh"],
        }
        assert found["missing"] == ["xh"]
        async with server.http.get("/api/events/talk/status") as answer:
            assert (await answer.json())["cost_usd"] > 0
        async with server.http.get("/api/events/talk/announcements") as answer:
            assert (await answer.json())["announcements"] == []


async def test_what_the_provider_says_is_shown(tmp_path: Path, interpreter: str) -> None:
    settings: dict[str, Any] = {"realtime_url": interpreter, "converse_model": "unknown"}
    async with running_server(tmp_path, **settings) as server:
        await server.create("es")
        refused = await translated(server, {"text": "Lunch"}, 409)
        assert refused["error"] == "translation_failed"
        assert "model" in refused["message"]


@pytest.mark.redis
async def test_one_of_several_processes_translates(tmp_path: Path, interpreter: str) -> None:
    """The desk's process runs no booths; two others do."""
    redis = RedisServer(tmp_path)
    redis.start()
    booths = frozenset({Role.BOOTHS})
    urls: dict[str, Any] = {"redis_url": redis.url, "realtime_url": interpreter}
    try:
        async with (
            running_server(tmp_path / "desk", frozenset({Role.DESK}), **urls) as server,
            running_server(tmp_path / "one", booths, **urls),
            running_server(tmp_path / "two", booths, **urls),
        ):
            await server.create("es")
            found = await translated(server, {"text": SENTENCE.text})
            assert found == {"translations": {"es": SENTENCE.translations["es"]}, "missing": []}
    finally:
        redis.stop()


async def test_without_booths_the_desk_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "NOBODY_S", 0.0)
    async with running_server(tmp_path, frozenset({Role.DESK})) as server:
        await server.create("es")
        refused = await translated(server, {"text": "Lunch"}, 409)
        assert "no process that runs booths" in refused["message"]
        wrong = await translated(server, {"text": "x" * 501}, 422)
        assert wrong["error"] == "bad_request"
