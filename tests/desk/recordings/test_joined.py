"""All languages of a recording in one file, by the API."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import av
import pytest
import pytest_asyncio

from broadcaster.bus import open_bus
from broadcaster.config import Role
from broadcaster.desk.recordings import joined
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from tests.desk.recordings.parts import LENGTH_MS, START_MS, write_part
from tests.support.server import Server, running_server

PATH = "/api/events/talk/recordings.mkv"


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with open_bus(None, tmp_path) as bus:
        for start_ms, text in ((2_000, "Antes"), (12_000, "Agua clara"), (90_000, "Después")):
            caption = Caption(f"es-{start_ms}", "es", start_ms, start_ms + 2_000, text, final=True)
            await bus.append(keys.captions("talk", "es"), caption.to_json())
    async with running_server(tmp_path, frozenset({Role.DESK})) as running:
        await running.create("es", state="open")
        yield running


async def test_all_languages_come_in_one_file(server: Server, tmp_path: Path) -> None:
    async with server.http.get(PATH) as answer:
        assert (answer.status, (await answer.json())["error"]) == (409, "recordings_unreachable")
    await write_part(tmp_path / "recordings")
    async with server.http.head(PATH) as answer:
        assert (answer.status, answer.content_type) == (200, "video/x-matroska")
    async with server.http.get(PATH) as answer:
        assert answer.headers["Content-Disposition"] == 'attachment; filename="talk.mkv"'
        data = await answer.read()
    path = tmp_path / "talk.mkv"
    await asyncio.to_thread(path.write_bytes, data)
    with av.open(str(path), "r") as file:
        assert file.duration == LENGTH_MS * 1_000
        assert "AI" in file.metadata["COMMENT"]
        tracks = [(one.type, *map(one.metadata.get, ("language", "title"))) for one in file.streams]
        assert tracks == [
            ("audio", None, "Original"),
            ("audio", "spa", "Spanish"),
            ("subtitle", "spa", "Spanish"),
        ]
        [text] = [packet for packet in file.demux(file.streams.subtitles) if packet.size]
        assert bytes(text) == b"Agua clara"
        assert text.pts is not None
        assert abs(text.pts - (12_000 - START_MS)) <= 8
    async with server.http.get("/api/events/talk/recordings.mp4") as answer:
        assert (answer.status, answer.content_type) == (200, "video/mp4")
        assert answer.headers["Content-Disposition"] == 'attachment; filename="talk.mp4"'
        data = await answer.read()
    path = tmp_path / "talk.mp4"
    await asyncio.to_thread(path.write_bytes, data)
    with av.open(str(path), "r") as file:
        assert [one.codec.name for one in file.streams] == ["opus", "opus", "mov_text"]


async def test_no_more_are_made_at_once_than_the_machine_can(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write_part(tmp_path / "recordings")
    monkeypatch.setattr(joined, "AT_ONCE", 1)
    for _ in range(2):
        async with server.http.get(PATH) as answer:
            assert answer.status == 200
            await answer.read()
    monkeypatch.setattr(joined, "AT_ONCE", 0)
    async with server.http.get(PATH) as answer:
        assert (answer.status, (await answer.json())["error"]) == (503, "too_many_downloads")
        assert answer.headers["Retry-After"]
