"""The newest caption as vMix reads it: one row, as JSON and as XML."""

import asyncio
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from broadcaster.edge import data_source
from tests.edge.conftest import Edge
from tests.support.deadline import deadline


async def row(edge: Edge) -> Any:
    async with deadline(), edge.http.get("/e/talk/newest/es.json") as answer:
        assert (answer.status, answer.content_type) == (200, "application/json")
        assert answer.headers["Cache-Control"] == "no-store"
        [found] = await answer.json()
        return found


async def until_shown(edge: Edge, text: str) -> Any:
    async with deadline():
        while (found := await row(edge))["text"] != text:
            await asyncio.sleep(0.01)
    return found


async def test_a_row_has_the_newest_caption_and_its_lines(edge: Edge) -> None:
    assert await row(edge) == {"text": "", "line1": "", "line2": ""}
    await edge.caption(1, "Hola")
    await edge.caption(2, "Agua & sal,\n<tierra>")
    found = await until_shown(edge, "Agua & sal, <tierra>")
    assert found == {"text": "Agua & sal, <tierra>", "line1": "Agua & sal,", "line2": "<tierra>"}
    async with edge.http.get("/e/talk/newest/es.xml") as answer:
        assert (answer.status, answer.content_type) == (200, "application/xml")
        tree = ET.fromstring(await answer.text())
    assert {column.tag: column.text for column in tree[0]} == found
    await edge.caption(3, "Vale.", speaker="Panel 2")
    named = await until_shown(edge, "Vale.")
    assert named == {"text": "Vale.", "line1": "Vale.", "line2": "", "speaker": "Panel 2"}


async def test_a_text_goes_after_a_pause(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    await edge.caption(1, "Hola")
    await until_shown(edge, "Hola")
    monkeypatch.setattr(data_source, "CLEAR_AFTER_MS", -1)
    assert (await row(edge))["text"] == ""


@pytest.mark.parametrize("path", ["newest/fr.json", "newest/es.csv"])
async def test_there_is_nothing_else(edge: Edge, path: str) -> None:
    async with edge.http.get(f"/e/talk/{path}") as answer:
        assert answer.status == 404
