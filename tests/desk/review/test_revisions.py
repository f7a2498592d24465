"""A reviewer corrects, hides and shows captions; each reader has each revision once."""

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest_asyncio

from tests.desk.review.reviewing import CAPTIONS, REVISIONS, Desk, desk_and_edge, stored
from tests.edge.captions import EventSource, reading
from tests.edge.conftest import EVENT, Edge
from tests.support.deadline import deadline

READERS = 40


@pytest_asyncio.fixture
async def both() -> AsyncIterator[tuple[Desk, Edge]]:
    async with desk_and_edge() as running:
        yield running


async def texts(reader: EventSource, count: int) -> list[tuple[str, str]]:
    """Ids and texts of the next captions."""
    read = [(await reader.caption())[1] for _ in range(count)]
    return [(one["id"], one["text"]) for one in read]


async def text_of(edge: Edge, path: str) -> str:
    async with deadline(), edge.http.get(path) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.text()


async def json_of(edge: Edge, path: str) -> Any:
    return json.loads(await text_of(edge, path))


async def test_every_reader_gets_a_correction_once(both: tuple[Desk, Edge]) -> None:
    desk, edge = both
    await edge.caption(1, "El agua no conose")
    async with AsyncExitStack() as stack:
        readers = [await stack.enter_async_context(reading(edge)) for _ in range(READERS)]
        for reader in readers:
            assert await texts(reader, 1) == [("es-1", "El agua no conose")]
        await desk.revise("es-1", 0, text="El agua no conoce")
        await edge.caption(2, "fronteras")
        wanted = [("es-1", "El agua no conoce"), ("es-2", "fronteras")]
        assert await asyncio.gather(*(texts(one, 2) for one in readers)) == [wanted] * READERS


async def test_late_readers_and_files_have_the_corrected_text(both: tuple[Desk, Edge]) -> None:
    desk, edge = both
    await edge.put(dataclasses.replace(EVENT, downloads=True))
    first = await edge.caption(1, "El agua no conose")
    await edge.caption(2, "fronteras.")
    async with reading(edge) as reader:
        await texts(reader, 2)
        await desk.revise("es-1", 0, text="El agua no conoce")
        await texts(reader, 1)
    corrected = ["El agua no conoce", "fronteras."]
    async with reading(edge) as late:
        event_id, caption = await late.caption()
        assert (event_id, caption["text"], caption["revision"]) == (first, corrected[0], 1)
        assert await texts(late, 1) == [("es-2", corrected[1])]
        await edge.caption(3, "Sigue")
        assert await texts(late, 1) == [("es-3", "Sigue")]
    for path in ("/e/talk/poll/es", "/e/talk/captions/es/history", "/e/talk/poll/es?newest=3"):
        page = await json_of(edge, path)
        assert [one["text"] for one in page["captions"]] == [*corrected, "Sigue"], path
    found = await json_of(edge, "/e/talk/search/es?q=conoce%20fronteras")
    assert found["matches"][0]["captions"] == ["es-1", "es-2"]
    assert not (await json_of(edge, "/e/talk/search/es?q=conose"))["matches"]
    for kind in ("txt", "vtt", "srt", "ttml", "json", "html"):
        file = await text_of(edge, f"/e/talk/transcript/es.{kind}")
        assert "conoce" in file
        assert "conose" not in file
    assert [one.text for one in await stored(edge) if one.id == "es-1"] == [
        "El agua no conose",
        "El agua no conoce",
    ]


async def test_a_reader_that_was_gone_gets_the_correction_when_it_comes_back(
    both: tuple[Desk, Edge],
) -> None:
    desk, edge = both
    await edge.caption(1, "El agua no conose")
    last = await edge.caption(2, "fronteras.")
    async with reading(edge) as reader:
        await texts(reader, 2)
    await desk.revise("es-1", 0, text="El agua no conoce")
    page = await json_of(edge, f"/e/talk/poll/es?after={last}")
    assert [one["text"] for one in page["captions"]] == ["El agua no conoce"]
    after = page["after"]
    assert (await json_of(edge, f"/e/talk/poll/es?after={after}"))["captions"] == []
    async with reading(edge, Last_Event_ID=last) as reader:
        event_id, caption = await reader.caption()
        assert (event_id, caption["text"]) == (after, "El agua no conoce")
        await edge.caption(3, "Sigue")
        assert await texts(reader, 1) == [("es-3", "Sigue")]
    async with reading(edge, Last_Event_ID=after) as reader:
        assert await texts(reader, 1) == [("es-3", "Sigue")]


async def test_a_revision_that_is_sent_again_changes_nothing(both: tuple[Desk, Edge]) -> None:
    desk, edge = both
    await edge.caption(1, "El agua no conose")
    async with reading(edge) as reader:
        await texts(reader, 1)
        for _ in range(3):
            made = await desk.revise("es-1", 0, id="the-same-id", text="El agua no conoce")
            assert (made["revision"], made["text"]) == (1, "El agua no conoce")
        await edge.caption(2, "fronteras")
        assert await texts(reader, 2) == [("es-1", "El agua no conoce"), ("es-2", "fronteras")]


async def test_of_two_reviewers_the_later_one_is_told(both: tuple[Desk, Edge]) -> None:
    desk, edge = both
    await edge.caption(1, "El agua no conose")
    await desk.revise("es-1", 0, text="El agua no conoce")
    refused = await desk.revise("es-1", 0, 409, text="El agua no canoce")
    assert refused["error"] == "caption_changed"
    at_once = [desk.ask("POST", REVISIONS, status=200, json=wish(n)) for n in range(5)]
    answers = await asyncio.gather(*at_once, return_exceptions=True)
    assert sum(isinstance(one, dict) for one in answers) == 1
    assert [one.revision for one in await stored(edge)] == [0, 1, 2]


def wish(number: int) -> dict[str, Any]:
    text = f"Versión {number}"
    return {"id": f"at-once-{number}", "caption": "es-1", "expected_revision": 1, "text": text}


async def test_a_mistake_is_undone(both: tuple[Desk, Edge]) -> None:
    desk, edge = both
    await edge.caption(1, "El agua")
    async with reading(edge) as reader:
        await texts(reader, 1)
        await desk.revise("es-1", 0, text="El vino")
        await desk.revise("es-1", 1, text="El agua")
        assert await texts(reader, 2) == [("es-1", "El vino"), ("es-1", "El agua")]
    async with reading(edge) as late:
        caption = (await late.caption())[1]
        assert (caption["text"], caption["corrected"]) == ("El agua", False)


async def test_a_hidden_line_is_nowhere_until_it_is_shown(both: tuple[Desk, Edge]) -> None:
    desk, edge = both
    await edge.put(dataclasses.replace(EVENT, downloads=True))
    await edge.caption(1, "Un insulto.")
    await edge.caption(2, "Perdón.")
    hidden = await desk.revise("es-1", 0, hidden=True)
    assert (hidden["hidden"], hidden["text"]) == (True, "Un insulto.")
    async with reading(edge) as late:
        caption = (await late.caption())[1]
        assert (caption["id"], caption["text"], caption["hidden"]) == ("es-1", "", True)
        assert await texts(late, 1) == [("es-2", "Perdón.")]
        for path in ("poll/es", "captions/es/history", "transcript/es.txt", "transcript/es.vtt"):
            assert "insulto" not in await text_of(edge, f"/e/talk/{path}")
        assert not (await json_of(edge, "/e/talk/search/es?q=insulto"))["matches"]
        await desk.revise("es-1", 1, hidden=False)
        assert await texts(late, 1) == [("es-1", "Un insulto.")]
    assert "insulto" in await text_of(edge, "/e/talk/transcript/es.txt")


async def test_what_cannot_be_revised(both: tuple[Desk, Edge]) -> None:
    desk, edge = both
    await edge.caption(1, "El agua", final=False)
    assert (await desk.revise("es-1", 0, 409, text="La"))["error"] == "caption_unfinished"
    assert (await desk.revise("es-9", 0, 404, text="La"))["error"] == "unknown_caption"
    for change in ({}, {"text": " "}, {"text": "a\x07"}, {"text": "a" * 401}, {"id": "x"}):
        assert (await desk.revise("es-1", 0, 422, **change))["error"] == "bad_request"
    async with desk.reviewer("ar") as rita:
        assert (await rita.revise("es-1", 0, 403, text="La"))["error"] == "not_your_channel"
        assert (await rita.ask("GET", CAPTIONS, 403))["error"] == "not_your_channel"
        overview = await rita.ask("GET", "/api/events/talk/review")
        assert [one["id"] for one in overview["channels"]] == ["ar"]
    async with desk.reviewer("es", "ar") as rita:
        await edge.caption(1, "El agua")
        corrected = await rita.revise(
            "es-1", 0, text="El  agua que cae de la montaña y llega al mar"
        )
        assert corrected["text"] == "El agua que cae de la montaña y llega al\nmar"
        log = await desk.ask("GET", "/api/events/talk/log")
        assert log["entries"][0]["what"] == "caption_corrected"
        assert log["entries"][0]["actor"] == "Rita"
        assert log["entries"][0]["values"] == {"channel": "es", "position_ms": 1}


async def test_a_reviewer_reads_captions_and_revisions_and_is_counted(
    both: tuple[Desk, Edge],
) -> None:
    desk, edge = both
    await edge.caption(1, "El", final=False)
    await edge.caption(1, "El agua")
    await desk.revise("es-1", 0, hidden=True)
    last = await edge.caption(2, "Sigue")
    async with desk.reviewer() as rita:
        async with deadline(), rita.http.get(CAPTIONS) as answer:
            reader = EventSource(answer)
            first = [(await reader.caption())[1] for _ in range(3)]
            assert [(one["id"], one["text"], "revision" in one) for one in first] == [
                ("es-1", "El agua", False),
                ("es-1", "", True),
                ("es-2", "Sigue", False),
            ]
            await edge.caption(3, "Más")
            assert await texts(reader, 1) == [("es-3", "Más")]
            wanted = {"reviewers": 1, "corrections": 1, "hold_back_s": 0}
            while (await desk.ask("GET", "/api/events/talk/status"))["review"] != wanted:
                await asyncio.sleep(0.05)
        async with deadline(), rita.http.get(CAPTIONS, headers={"Last-Event-ID": last}) as answer:
            assert await texts(EventSource(answer), 1) == [("es-3", "Más")]


async def test_captions_are_held_back_by_those_who_may(both: tuple[Desk, Edge]) -> None:
    desk, _ = both
    hold = "/api/events/talk/hold"
    async with desk.reviewer("es") as rita:
        refused = await rita.ask("POST", hold, 403, json={"seconds": 5})
        assert refused["error"] == "not_your_channel"
    async with desk.reviewer() as rita:
        for seconds in (-1, 31):
            await rita.ask("POST", hold, 422, json={"seconds": seconds})
        await rita.ask("POST", hold, 204, json={"seconds": 5})
        assert (await rita.ask("GET", "/api/events/talk/review"))["hold_back_s"] == 5
    assert (await desk.ask("GET", "/api/events/talk"))["hold_back_s"] == 5
    assert (await desk.ask("GET", "/api/events/talk/status"))["review"]["hold_back_s"] == 5
    await desk.ask("PATCH", "/api/events/talk", json={"hold_back_s": 0})
    log = (await desk.ask("GET", "/api/events/talk/log"))["entries"]
    assert [one["values"] for one in log if one["what"] == "event_edited"] == [
        {"fields": ["hold_back_s"]}
    ] * 2
