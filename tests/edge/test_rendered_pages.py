"""A page is made once for a crowd, and again as soon as something in it has changed."""

import asyncio
from dataclasses import replace

import pytest

from broadcaster.edge.answers import info_answer
from broadcaster.edge.attendee_page import NEWEST
from broadcaster.edge.rendered_pages import MOST_PAGES, PageBasis, PageVariant, RenderedPages
from broadcaster.edge.rooms.event_room import EventRoom
from broadcaster.model.event import EventState
from tests.edge.conftest import EVENT, Edge
from tests.edge.page_answers import answers
from tests.edge.polling import poll, texts
from tests.support.deadline import deadline

CAPTIONS = f"/e/talk/poll/es?newest={NEWEST}"


def variant(number: int) -> PageVariant:
    return PageVariant("talk", "i18n/es.json", f"channel {number}", "br")


def basis(last: int) -> PageBasis:
    return PageBasis(EVENT, "en", {"state": "live"}, ((last, 0), 0))


def test_a_page_is_kept_until_its_basis_changes() -> None:
    pages = RenderedPages()
    assert pages.find(variant(1), basis(1)) is None
    pages.put(variant(1), basis(1), b"page")
    assert pages.find(variant(1), basis(1)) == b"page"
    assert pages.find(variant(2), basis(1)) is None
    assert pages.find(variant(1), basis(2)) is None
    renamed = replace(basis(1), event=replace(EVENT, title="Another title"))
    assert pages.find(variant(1), renamed) is None


def test_the_page_that_nobody_asks_for_goes_first() -> None:
    pages = RenderedPages()
    for number in range(MOST_PAGES):
        pages.put(variant(number), basis(1), b"page")
    assert pages.find(variant(0), basis(1)) is not None
    pages.put(variant(MOST_PAGES), basis(1), b"page")
    kept = [number for number in range(MOST_PAGES + 1) if pages.find(variant(number), basis(1))]
    assert kept == [0, *range(2, MOST_PAGES + 1)]


async def test_a_crowd_gets_one_page(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    async def counted(room: EventRoom, provider: str) -> bytes:
        made.append(room)
        return await info_answer(room, provider)

    monkeypatch.setattr("broadcaster.edge.attendee_page.info_answer", counted)
    await answers(edge, Accept_Language="es-MX")
    for language in ("es", "es-ES,es;q=0.9", "es-AR"):
        await answers(edge, Accept_Language=language)
    assert len(made) == 1
    await answers(edge, Accept_Language="ar")
    assert len(made) == 2


async def test_a_page_tells_what_has_changed_since_the_last_one(edge: Edge) -> None:
    assert texts((await answers(edge, Accept_Language="es"))[CAPTIONS]) == []
    newest = await edge.caption(1, "El agua")
    async with deadline():
        while (await poll(edge))["after"] != newest:
            await asyncio.sleep(0.01)
    assert texts((await answers(edge, Accept_Language="es"))[CAPTIONS]) == ["El agua"]
    await edge.put(replace(EVENT, title="The water", state=EventState.PAUSED))
    room = await edge.rooms.open("talk")
    async with deadline():
        while room.event.state is not EventState.PAUSED:
            await asyncio.sleep(0.01)
    found = await answers(edge, Accept_Language="es")
    assert found["/e/talk/info"]["title"] == "The water"
    assert found[CAPTIONS]["state"]["state"] == "paused"
