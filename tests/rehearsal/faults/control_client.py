"""Planning faults over the control API."""

from typing import Any

import aiohttp
from aiohttp.test_utils import TestServer

CONTROL = "/rehearsal/faults"


async def plan(server: TestServer, *faults: dict[str, Any]) -> list[dict[str, Any]]:
    async with (
        aiohttp.ClientSession() as http,
        http.post(server.make_url(CONTROL), json=list(faults)) as answer,
    ):
        assert answer.status == 201, await answer.text()
        planned: list[dict[str, Any]] = (await answer.json())["faults"]
        return planned


async def planned(server: TestServer) -> list[dict[str, Any]]:
    async with aiohttp.ClientSession() as http, http.get(server.make_url(CONTROL)) as answer:
        faults: list[dict[str, Any]] = (await answer.json())["faults"]
        return faults


async def clear(server: TestServer) -> None:
    async with aiohttp.ClientSession() as http, http.delete(server.make_url(CONTROL)) as answer:
        assert answer.status == 204
