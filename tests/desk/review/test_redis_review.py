"""Two desks and two edges on one Redis agree about a caption, and each reader has it once."""

import asyncio
from pathlib import Path

from broadcaster.bus import open_bus
from tests.desk.review.reviewing import REVISIONS, Desk, desk_on, stored
from tests.edge.captions import reading
from tests.edge.conftest import EVENT, serving
from tests.support.deadline import deadline
from tests.support.redis_server import RedisServer


async def revise(desk: Desk, number: int) -> int:
    """Ask for the first revision; returns the status of the answer."""
    body = {
        "id": f"revision-{number}",
        "caption": "es-1",
        "expected_revision": 0,
        "text": f"Versión {number}",
    }
    async with deadline(), desk.http.post(REVISIONS, json=body) as answer:
        await answer.read()
        return answer.status


async def test_one_of_two_desks_is_first(tmp_path: Path) -> None:
    redis = RedisServer(tmp_path)
    await asyncio.to_thread(redis.start)
    try:
        async with (
            open_bus(redis.url, tmp_path) as one,
            open_bus(redis.url, tmp_path) as other,
            serving(one) as edge,
            serving(other) as far,
        ):
            await edge.put(EVENT)
            async with desk_on(one) as desk, desk_on(other) as far_desk:
                await edge.caption(1, "El agua")
                async with reading(edge) as near, reading(far) as distant:
                    for reader in (near, distant):
                        assert (await reader.caption())[1]["text"] == "El agua"
                    asked = [revise((desk, far_desk)[n % 2], n) for n in range(6)]
                    assert sorted(await asyncio.gather(*asked)) == [200, *[409] * 5]
                    await edge.caption(2, "Sigue")
                    for reader in (near, distant):
                        first, second = await reader.caption(), await reader.caption()
                        assert first[1]["revision"] == 1
                        assert second[1]["text"] == "Sigue"
                assert len(await stored(edge)) == 3
    finally:
        await asyncio.to_thread(redis.stop)
