"""Captions of the past come page by page, and a stream can begin with the newest ones."""

import asyncio
from typing import Any

import brotli
import pytest
from aiohttp import ClientSession

from broadcaster.web.client_limits import AddressLimits
from tests.edge.captions import reading
from tests.edge.conftest import Edge, running_edge
from tests.edge.polling import poll, texts
from tests.support.deadline import deadline

PLAIN = {"Accept-Encoding": "identity"}
HISTORY = "/e/talk/captions/es/history"
WRONG_COUNTS = ("", "0", "201", "٣", "000000001999999999", f"1{'0' * 5_000}", "-1", "1.5")


async def say(edge: Edge, count: int, begin: int = 0) -> list[str]:
    """Publish captions; returns their ids once the edge has them."""
    ids = [await edge.caption(number, f"Frase {number}") for number in range(begin, begin + count)]
    async with deadline():
        while (await poll(edge, "newest=1"))["after"] != ids[-1]:
            await asyncio.sleep(0.01)
    return ids


async def past(edge: Edge, query: str = "") -> Any:
    async with deadline(), edge.http.get(f"{HISTORY}?{query}") as answer:
        assert answer.status == 200, await answer.text()
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        return await answer.json()


async def test_all_captions_are_reached_backwards_each_once(edge: Edge) -> None:
    await say(edge, 25)
    page = await past(edge, "limit=10")
    assert texts(page) == [f"Frase {number}" for number in range(15, 25)]
    pages = [texts(page)]
    while page["more"]:
        page = await past(edge, f"limit=10&before={page['before']}")
        pages.insert(0, texts(page))
    assert page["before"] == "0-0"
    assert [len(one) for one in pages] == [5, 10, 10]
    assert [text for one in pages for text in one] == [f"Frase {number}" for number in range(25)]
    assert texts(await past(edge, "before=0-0")) == []


async def test_history_goes_on_where_a_stream_and_a_poll_began(edge: Edge) -> None:
    ids = await say(edge, 12)
    async with reading(edge, "?newest=5") as reader:
        first, caption = await reader.caption()
        assert (first, caption["text"]) == (ids[7], "Frase 7")
    answer = await poll(edge, "newest=5")
    assert answer["before"] == first
    assert texts(answer) == [f"Frase {number}" for number in range(7, 12)]
    assert texts(await past(edge, f"before={first}")) == [f"Frase {number}" for number in range(7)]
    assert (await poll(edge, "newest=50"))["before"] == "0-0"


async def test_a_stream_of_the_newest_resumes_like_any_other(edge: Edge) -> None:
    ids = await say(edge, 6)
    async with reading(edge, "?newest=2", Last_Event_ID=ids[0]) as reader:
        assert (await reader.caption())[0] == ids[1]
    assert texts(await poll(edge, f"newest=2&after={ids[2]}")) == ["Frase 3", "Frase 4", "Frase 5"]


async def test_a_caption_that_grew_is_in_one_page_alone(edge: Edge) -> None:
    ids = await say(edge, 3)
    await edge.caption(1, "Frase 1 y más")
    async with deadline():
        while (await poll(edge, "newest=1"))["after"] == ids[-1]:
            await asyncio.sleep(0.01)
    newest = await past(edge, "limit=1")
    assert texts(newest) == ["Frase 1 y más"]
    assert texts(await past(edge, f"before={newest['before']}")) == ["Frase 0", "Frase 2"]


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        *((f"{HISTORY}?limit={wrong}", 400, "wrong_limit") for wrong in WRONG_COUNTS),
        *((f"{HISTORY}?before={wrong}", 400, "wrong_id") for wrong in ("x", "1", "1-2-3")),
        ("/e/talk/captions/es?newest=0", 400, "wrong_limit"),
        ("/e/talk/poll/es?newest=1000", 400, "wrong_limit"),
        ("/e/talk/captions/xx/history", 404, "unknown_channel"),
        ("/e/none/captions/es/history", 404, "unknown_event"),
    ],
)  # fmt: skip
async def test_a_wrong_question_is_explained(
    edge: Edge, path: str, status: int, error: str
) -> None:
    await edge.refuses(path, status, error)


async def test_questions_are_limited_for_each_address() -> None:
    async with running_edge(address_limits=AddressLimits(connections=1)) as edge:
        for _ in range(10):
            await past(edge)
        await edge.refuses(HISTORY, 429, "too_many_questions")


async def test_long_answers_are_compressed(edge: Edge) -> None:
    await say(edge, 30)
    for path in (HISTORY, "/e/talk/poll/es"):
        async with ClientSession(edge.url, auto_decompress=False) as http:
            async with (
                http.get(path, headers=PLAIN) as plain,
                http.get(path, headers={"Accept-Encoding": "br"}) as small,
            ):
                assert small.headers["Content-Encoding"] == "br"
                assert brotli.decompress(await small.read()) == await plain.read()
