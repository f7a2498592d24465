"""The organizer has all transcripts, with the changes of reviewers, whatever attendees may keep."""

import io
import json
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import docx
import pytest
import pytest_asyncio

from broadcaster.bus import open_bus
from broadcaster.desk.transcript import files_in_turn, reading
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from tests.support.server import Server, running_server

SAID = Caption("es-1", "es", 3_000, 5_000, "Buenos días.", final=True)
FLOOR = Caption("floor-1", "floor", 1_000, 2_000, "Good morning.", final=True)
PATH = "/api/events/talk/transcript"


async def got(server: Server, path: str, status: int = 200) -> bytes:
    async with server.http.get(path) as answer:
        assert answer.status == status, await answer.text()
        return await answer.read()


@pytest_asyncio.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    """An event with captions; its attendees may not keep them."""
    monkeypatch.setattr(reading, "_AT_ONCE", 2)
    async with running_server(tmp_path) as server:
        await server.create("es", "fr", downloads=False)
        await server.move("closed")
    revised = replace(SAID, text="Buenas tardes.", revision=1, corrected=True)
    second = replace(SAID, id="es-2", start_ms=6_000)
    hidden = replace(second, text="", revision=1, hidden=True)
    async with open_bus(None, tmp_path) as bus:
        for caption in (replace(SAID, text="Buenos", final=False), SAID, second, revised, hidden):
            await bus.append(keys.captions("talk", "es"), caption.to_json())
        await bus.append(keys.captions("talk", "es"), b"broken")
        await bus.append(keys.captions("talk", "floor"), FLOOR.to_json())
    async with running_server(tmp_path) as server:
        yield server


@pytest.mark.parametrize("file_type", ["txt", "vtt", "srt", "ttml", "json", "html"])
async def test_a_channel_in_each_type(server: Server, file_type: str) -> None:
    text = (await got(server, f"{PATH}/es.{file_type}")).decode()
    assert "Buenas tardes." in text
    assert "Buenos" not in text
    await got(server, f"/e/talk/transcript/es.{file_type}", 403)


async def test_two_languages_side_by_side(server: Server) -> None:
    document = docx.Document(io.BytesIO(await got(server, f"{PATH}/floor.docx?with=es")))
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert rows == [["", "Original", "Español"], ["00:00:01", "Good morning.", "Buenas tardes."]]
    assert "made by AI" in " ".join(one.text for one in document.paragraphs)
    page = (await got(server, f"{PATH}/floor.html?with=es")).decode()
    assert "<td" in page
    assert "Buenas tardes." in page
    for file_type in ("srt", "vtt", "txt"):
        text = (await got(server, f"{PATH}/floor.{file_type}?with=es")).decode()
        assert "Good morning.\nBuenas tardes.\n" in text
    body = json.loads(await got(server, f"{PATH}/floor.json?with=es"))
    assert body["channels"] == ["floor", "es"]
    assert body["paragraphs"] == [{"start_ms": 1_000, "texts": ["Good morning.", "Buenas tardes."]}]
    await got(server, f"{PATH}/floor.ttml?with=es", 422)
    await got(server, f"{PATH}/floor.docx?with=de", 404)
    await got(server, f"{PATH}/de.docx", 404)


async def test_the_times_of_the_original_or_as_heard(server: Server) -> None:
    for query, time in (
        ("", "00:00:03"),
        ("?clock=heard", "00:00:03"),
        ("?clock=original", "00:00:01"),
    ):
        for file_type in ("txt", "vtt", "srt", "ttml", "html"):
            assert time in (await got(server, f"{PATH}/es.{file_type}{query}")).decode(), file_type
        zipped = await got(server, f"/api/events/talk/transcripts.zip{query}")
        archive = zipfile.ZipFile(io.BytesIO(zipped))
        alone = await got(server, f"{PATH}/es.vtt{query}")
        assert archive.read("talk-es.vtt") == alone  # offline the same file
    await got(server, f"{PATH}/es.txt?clock=mine", 400)


async def test_all_files_in_one(server: Server) -> None:
    archive = zipfile.ZipFile(io.BytesIO(await got(server, "/api/events/talk/transcripts.zip")))
    types = ("txt", "vtt", "srt", "ttml", "json", "html", "docx")
    assert set(archive.namelist()) == {
        *(f"talk-{channel}.{one}" for channel in ("floor", "es") for one in types),
        *(f"talk-floor-es.{one}" for one in types if one != "ttml"),
    }


async def test_too_many_at_once_are_refused(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files_in_turn, "MOST_WAITING", 0)
    await got(server, f"{PATH}/es.txt", 503)
