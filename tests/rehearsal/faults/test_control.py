"""The control API."""

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from tests.rehearsal.faults.control_client import CONTROL, clear, plan, planned


async def test_faults_are_planned_listed_and_deleted(server: TestServer) -> None:
    first, second = await plan(
        server, {"name": "drop", "at_s": 5, "language": "de"}, {"name": "mute", "times": None}
    )
    assert (first["at_s"], first["language"], first["strikes"]) == (5, "de", [])
    assert await planned(server) == [first, second]
    await clear(server)
    assert await planned(server) == []


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ("{", None),
        ("3", ""),
        ('{"name": "x"}', "name"),
        ('{"at_s": 1}', "name"),
        ('{"name": "drop", "when": 1}', "when"),
        ('{"name": "drop", "at_s": -1}', "at_s"),
        ('{"name": "refuse_key", "language": "de"}', "language"),
    ],
)
async def test_an_invalid_fault_is_refused(
    server: TestServer, body: str, param: str | None
) -> None:
    async with (
        aiohttp.ClientSession() as http,
        http.post(server.make_url(CONTROL), data=body) as answer,
    ):
        assert answer.status == 400
        assert (await answer.json())["param"] == param
    assert await planned(server) == []
