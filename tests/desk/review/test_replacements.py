"""Words that are replaced in the next captions: by the API, within bounds."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from broadcaster.booths.text.left_captions import LeftCaptions
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.review.replacements import MOST_REPLACEMENTS, Replacement, Replacements
from tests.desk.review.reviewing import CAPTIONS, Desk, desk_and_edge
from tests.edge.captions import EventSource
from tests.edge.conftest import Edge
from tests.support.deadline import deadline

PATH = "/api/events/talk/replacements"


@pytest_asyncio.fixture
async def both() -> AsyncIterator[tuple[Desk, Edge]]:
    async with desk_and_edge() as running:
        yield running


async def add(desk: Desk, find: str, replace: str, status: int = 201, channel: str = "") -> Any:
    body = {"find": find, "replace": replace, "channel": channel}
    return await desk.ask("POST", PATH, status, json=body)


async def test_they_are_added_changed_and_removed(both: tuple[Desk, Edge]) -> None:
    desk, _ = both
    async with desk.reviewer() as rita:
        first = await add(rita, " Jon  Smit ", "John Smith")
        assert (first["find"], first["replace"], first["channel"]) == ("Jon Smit", "John Smith", "")
        await add(rita, "jon smit", "Jon Smith")
        await add(rita, "jon smit", "Juan", channel="es")
        listed = await desk.ask("GET", PATH)
        assert [one["replace"] for one in listed] == ["Jon Smith", "Juan"]
        for _ in range(2):
            await rita.ask("DELETE", f"{PATH}/{listed[0]['id']}", 204)
        assert [one["replace"] for one in await desk.ask("GET", PATH)] == ["Juan"]
    log = (await desk.ask("GET", "/api/events/talk/log"))["entries"]
    noted = [(one["what"], one["values"], one["times"]) for one in log if "repl" in one["what"]]
    assert noted == [
        ("replacement_removed", {}, 1),
        ("replacement_added", {"channel": "es"}, 1),
        ("replacement_added", {}, 2),
    ]


async def test_a_reviewer_of_a_channel_replaces_there_alone(both: tuple[Desk, Edge]) -> None:
    desk, _ = both
    everywhere = await add(desk, "uno", "dos")
    async with desk.reviewer("es") as rita:
        assert (await add(rita, "a", "b", 403))["error"] == "not_your_channel"
        assert (await add(rita, "a", "b", 403, "ar"))["error"] == "not_your_channel"
        own = await add(rita, "a", "b", channel="es")
        await rita.ask("DELETE", f"{PATH}/{everywhere['id']}", 403)
        await rita.ask("DELETE", f"{PATH}/{own['id']}", 204)
    assert (await add(desk, "a", "b", 404, "de"))["error"] == "unknown_channel"


async def test_they_are_bounded(both: tuple[Desk, Edge]) -> None:
    desk, edge = both
    rules = tuple(Replacement(f"{n}", f"word{n}", "x") for n in range(MOST_REPLACEMENTS))
    await edge.bus.put(keys.replacements_record("talk"), Replacements(rules).to_json())
    assert (await add(desk, "one more", "x", 409))["error"] == "too_many_replacements"
    await add(desk, "word7", "y")
    for find, replace in (("", "x"), ("x", " "), ("x" * 81, "x"), ("a\x07", "x")):
        assert (await add(desk, find, replace, 422))["error"] == "bad_request"


async def test_reviewers_at_once_lose_nothing_and_are_told(both: tuple[Desk, Edge]) -> None:
    desk, _ = both
    async with deadline(), desk.http.get(CAPTIONS) as answer:
        reader = EventSource(answer)
        await asyncio.gather(*(add(desk, f"word{number}", "x") for number in range(4)))
        told: list[str] = []
        while len(told) < 4:
            event = await reader.event()
            if event.get("event") == "replacements":
                told = event["data"].split('"find"')[1:]
    assert len(await desk.ask("GET", PATH)) == 4


@pytest.mark.parametrize("final", [True, False])
def test_the_next_booth_compares_with_what_was_said(*, final: bool) -> None:
    left = LeftCaptions((Caption("en-1", "en", 0, 9, "By John\nSmith", final),))
    rule = Replacement("1", "jon smit", "John Smith")
    said = left.texts_as_said("en", [rule])
    assert said[0].strip().casefold() == "by jon smit"
