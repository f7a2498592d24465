"""A token that is revoked, or expires, is cut off in all processes, with all that it has open."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest_asyncio

from broadcaster.config import Role
from broadcaster.webrtc.clients.publisher import publishing
from tests.access.holders import ask, event, holder, make
from tests.floor.chirps import chirps
from tests.support.deadline import deadline
from tests.support.redis_server import RedisServer
from tests.support.server import Server, running_server

CUT_OFF_S = 2.0


@dataclass(frozen=True, slots=True)
class Deployment:
    """Processes that meet on Redis.

    Attributes:
        desk: the organizer's.
        other_desk: where others are signed in.
        floor: takes the speakers.
    """

    desk: Server
    other_desk: Server
    floor: Server


@pytest_asyncio.fixture
async def deployment(tmp_path: Path) -> AsyncIterator[Deployment]:
    redis = RedisServer(tmp_path)
    await asyncio.to_thread(redis.start)
    try:
        async with AsyncExitStack() as stack:
            servers = [
                await stack.enter_async_context(
                    running_server(tmp_path, frozenset({role}), redis_url=redis.url)
                )
                for role in (Role.DESK, Role.DESK, Role.FLOOR)
            ]
            yield Deployment(*servers)
    finally:
        await asyncio.to_thread(redis.stop)


@asynccontextmanager
async def open_stream(server: Server, token: str) -> AsyncIterator[aiohttp.ClientResponse]:
    """The changes of a desk, of which the beginning has arrived."""
    async with holder(server, token) as http:
        async with deadline():
            while True:  # until that process knows the token
                answer = await http.get("/api/changes")
                if answer.status == 200:
                    break
                answer.release()
                await asyncio.sleep(0.01)
        async with answer, deadline(60):
            while (await answer.content.readline()).strip() != b"event: ready":
                pass
            yield answer


async def ends(answer: aiohttp.ClientResponse) -> None:
    """Read a stream until the server ends it."""
    async with deadline(CUT_OFF_S):
        try:
            while await answer.content.readline():
                pass
        except aiohttp.ClientError:
            pass


async def revoke(server: Server, token: dict[str, Any]) -> None:
    await ask(server.http, "DELETE", f"/api/tokens/{token['id']}", 200)


async def test_an_open_desk_of_another_process_is_cut_off(deployment: Deployment) -> None:
    await event(deployment.desk, "talk")
    token = await make(deployment.desk, "technician", "event:talk")
    other = await make(deployment.desk, "technician", "event:talk")
    async with (
        open_stream(deployment.other_desk, token["token"]) as stream,
        open_stream(deployment.other_desk, other["token"]) as kept,
    ):
        await revoke(deployment.desk, token)
        await ends(stream)
        # The other one goes on: it hears of a change that is made now.
        change = {"title": "Changed"}
        await ask(deployment.desk.http, "PATCH", "/api/events/talk", 200, json=change)
        async with deadline():
            while b"Changed" not in await kept.content.readline():
                pass
    async with holder(deployment.other_desk, token["token"]) as http:
        assert (await ask(http, "GET", "/api/events", 401))["error"] == "token_revoked"


async def test_an_open_desk_is_cut_off_when_its_token_expires(deployment: Deployment) -> None:
    await event(deployment.desk, "talk")
    soon = datetime.now(UTC) + timedelta(seconds=3)
    more = {"expires_at": soon.isoformat()}
    token = await make(deployment.desk, "reviewer", "event:talk", **more)
    async with open_stream(deployment.other_desk, token["token"]) as stream:
        async with deadline():
            while datetime.now(UTC) < soon:
                await asyncio.sleep(0.01)
        await ends(stream)


async def test_a_speaker_on_the_air_is_cut_off(deployment: Deployment) -> None:
    await event(deployment.desk, "talk")
    stage = await ask(deployment.desk.http, "GET", "/api/events/talk", 200)
    token = await make(deployment.desk, "stage", "event:talk")
    url, http = f"{deployment.floor.url}/whip/talk", deployment.floor.http
    async with publishing(http, url, token["token"], chirps()) as publisher:
        await revoke(deployment.desk, token)
        async with deadline(CUT_OFF_S):
            await publisher.lost.wait()
    for key in (token["token"], stage["stage_key"]):
        headers = {"Authorization": f"Bearer {key}"}
        status = 401 if key == token["token"] else 415
        await ask(http, "POST", "/whip/talk", status, headers=headers)
    async with publishing(http, url, stage["stage_key"], chirps()) as publisher:
        path = "/api/events/talk/tokens/stage-link"
        await ask(deployment.desk.http, "DELETE", path, 200)
        async with deadline(CUT_OFF_S):
            await publisher.lost.wait()
    headers = {"Authorization": f"Bearer {stage['stage_key']}"}
    await ask(http, "POST", "/whip/talk", 401, headers=headers)
