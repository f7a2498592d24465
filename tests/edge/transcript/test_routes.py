"""The search and the files over HTTP, as an attendee's page and programs ask for them."""

import asyncio
import dataclasses
from typing import Any

import pytest

from broadcaster.edge.transcript import routes
from broadcaster.edge.transcript.routes import LONGEST_QUERY
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.event import EventState
from broadcaster.web.client_limits import AddressLimits
from tests.edge.conftest import EVENT, Edge, running_edge
from tests.support.deadline import deadline

AI_NOTICE = "La interpretación y los subtítulos se generan con IA y pueden contener errores."
AI_NOTICE_IN_ENGLISH = "Interpretation and captions are made by AI and may contain mistakes."
OPEN = dataclasses.replace(EVENT, downloads=True)


async def ask(edge: Edge, path: str) -> Any:
    async with deadline(), edge.http.get(path) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cache-Control"] == "no-store"
        if answer.content_type == "application/json":
            return await answer.json()
        return answer, await answer.text()


async def found(edge: Edge, query: str, count: int) -> Any:
    """The answer once this many places are found; captions come to the edge over the bus."""
    async with deadline():
        while len((answer := await ask(edge, f"/e/talk/search/es?q={query}"))["matches"]) < count:
            await asyncio.sleep(0.01)
    return answer


async def test_a_search_finds_what_was_said_and_what_is_said_now(edge: Edge) -> None:
    first = await edge.caption(1, "El agua no\nconoce")
    await edge.caption(2, "fronteras")
    assert await found(edge, "conoce%20FRONTÉRAS", 1) == {
        "matches": [
            {
                "captions": ["es-1", "es-2"],
                "id": first,
                "start_ms": 1,
                "text": "El agua no\nconoce\nfronteras",
            }
        ],
        "more": False,
    }
    await edge.caption(3, "agua", final=False)
    await found(edge, "agua", 2)
    last = await edge.caption(3, "agua clara")
    answer = await found(edge, "agua%20clara", 1)
    assert answer["matches"][0]["id"] == last
    assert (await ask(edge, "/e/talk/search/ar?q=agua"))["matches"] == []


@pytest.mark.parametrize(
    "query", ["", "?q=", "?q=%20", "?q=%CC%81", f"?q={'a' * (LONGEST_QUERY + 1)}"]
)
async def test_a_search_needs_words(edge: Edge, query: str) -> None:
    await edge.refuses(f"/e/talk/search/es{query}", 400, "wrong_query")


async def test_files_are_refused_until_the_organizer_offers_them(edge: Edge) -> None:
    await edge.caption(1, "Hola")
    for form in ("txt", "vtt"):
        await edge.refuses(f"/e/talk/transcript/es.{form}", 403, "downloads_off")
    assert (await ask(edge, "/e/talk/info"))["downloads"] is False
    await edge.put(OPEN)
    async with deadline():
        while not (await ask(edge, "/e/talk/info"))["downloads"]:
            await asyncio.sleep(0.01)
    answer, text = await ask(edge, "/e/talk/transcript/es.txt")
    assert text == f"A talk\nEspañol\n{AI_NOTICE}\n\n[00:00:00] Hola\n"
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="talk-es.txt"'


async def test_a_file_has_all_that_was_said_by_then_even_after_the_end(edge: Edge) -> None:
    await edge.put(OPEN)
    await edge.caption(1, "Hola", final=False)
    for text in ("Hola a", "Hola a todos."):
        await edge.caption(1, text)
    async with deadline():
        while "Hola a todos." not in (await ask(edge, "/e/talk/transcript/es.vtt"))[1]:
            await asyncio.sleep(0.01)
    await edge.caption(2, "Adiós.")
    await edge.put(dataclasses.replace(OPEN, state=EventState.CLOSED))
    async with deadline():
        while "Adiós." not in (answer := (await ask(edge, "/e/talk/transcript/es.vtt"))[1]):
            await asyncio.sleep(0.01)
    head, _, cues = answer.partition(f"\n\nNOTE {AI_NOTICE}\n\n")
    assert head == "WEBVTT A talk"
    assert cues == "00:00:00.001 --> 00:00:01.119\nHola a todos.\nAdiós.\n"
    assert answer.count("Hola") == 1
    original, text = await ask(edge, "/e/talk/transcript/floor.txt")
    assert text == f"A talk\nOriginal\n{AI_NOTICE_IN_ENGLISH}\n"
    assert original.headers["Content-Disposition"].endswith('"talk-floor.txt"')


async def test_the_times_of_the_original_are_those_of_the_floor(edge: Edge) -> None:
    await edge.put(OPEN)
    await edge.caption(9_000, "Hola a todos.")
    await found(edge, "todos", 1)
    await edge.refuses("/e/talk/transcript/es.vtt?clock=original", 409, "no_original_captions")
    await edge.refuses("/e/talk/transcript/es.vtt?clock=mine", 400, "wrong_clock")
    original = Caption("floor-1", "floor", 5_000, 6_000, "Hello, everybody.", final=True)
    await edge.bus.append(keys.captions("talk", "floor"), original.to_json())
    for clock, time in (("original", "00:00:05"), ("heard", "00:00:09"), ("", "00:00:09")):
        async with deadline():
            while True:
                async with edge.http.get(f"/e/talk/transcript/es.vtt?clock={clock}") as answer:
                    text = await answer.text()
                if answer.status == 200:
                    break
                await asyncio.sleep(0.01)
        assert f"{time}.000 --> " in text


async def test_other_events_channels_and_forms_are_not_there(edge: Edge) -> None:
    await edge.put(OPEN)
    await edge.refuses("/e/nosuch/transcript/es.txt", 404, "unknown_event")
    await edge.refuses("/e/talk/transcript/fr.txt", 404, "unknown_channel")
    await edge.refuses("/e/talk/transcript/es.pdf", 404, "not_found")
    await edge.refuses("/e/talk/search/es+floor?q=a", 404, "unknown_channel")


async def test_an_address_that_asks_too_often_is_refused() -> None:
    limits = AddressLimits(connections=1)
    async with running_edge(address_limits=limits) as edge:
        async with deadline():
            status, body = 200, {}
            while status == 200:
                async with edge.http.get("/e/talk/search/es?q=agua") as answer:
                    status, body = answer.status, await answer.json()
        assert (status, body["error"]) == (429, "too_many_questions")


async def test_searches_do_not_queue_up_without_end(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "MOST_WAITING", 0)
    await edge.put(OPEN)
    for path in ("search/es?q=agua", "transcript/es.txt"):
        await edge.refuses(f"/e/talk/{path}", 503, "busy")
