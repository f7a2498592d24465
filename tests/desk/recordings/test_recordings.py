"""The recordings on the desk: switched on, listed, played in ranges, downloaded, refused."""

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from broadcaster.bus import open_bus
from broadcaster.config import Role
from broadcaster.desk.recordings.zip_stream import ZipEntry, zip_stream
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from tests.desk.recordings.parts import LENGTH_MS, START_MS, write_part
from tests.support.server import Server, running_server

DESK = frozenset({Role.DESK})
PATH = "/api/events/talk/recordings"
FIRST: dict[str, Any] = {"revision": 1, "revision_id": "r1"}


async def write_captions(folder: Path) -> None:
    said = [
        Caption("es-1", "es", 2_000, 4_000, "Antes de la parte", final=True),
        Caption("es-2", "es", 12_000, 14_000, "Agua", final=False),
        Caption("es-2", "es", 12_000, 14_000, "Agua potable", final=True),
        Caption("es-2", "es", 12_000, 14_000, "Agua clara", final=True, **FIRST, corrected=True),
        Caption("es-3", "es", 15_000, 16_000, "", final=True, **FIRST, hidden=True),
        Caption("es-4", "es", 18_000, 19_000, "", final=True, **FIRST, corrected=True),
        Caption("es-5", "es", 20_000, 21_000, "Y luego", final=False),
    ]
    async with open_bus(None, folder) as bus:
        for caption in said:
            await bus.append(keys.captions("talk", "es"), caption.to_json())


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    await write_captions(tmp_path)
    async with running_server(tmp_path, DESK) as running:
        await running.create("es", state="open")
        yield running


async def test_recording_is_off_until_an_organizer_switches_it_on(server: Server) -> None:
    async with server.http.get(PATH) as answer:
        body = await answer.json()
    assert not body["record"]
    async with server.http.patch(PATH, json={"record": True}) as answer:
        assert answer.status == 200
        body = await answer.json()
    assert body["record"]
    assert body["stopped"] == ""
    await server.move("live")
    async with server.http.get(PATH) as answer:
        body = await answer.json()
    assert body["stopped"] == "gone", "no process has the role"
    async with server.http.patch(PATH, json={"record": False}) as answer:
        assert not (await answer.json())["record"]
    async with server.http.get("/api/events/talk/log") as answer:
        told = [entry["what"] for entry in (await answer.json())["entries"]]
    assert {"recording_switched_on", "recording_switched_off"} <= set(told)


async def test_parts_are_listed_with_lengths_and_sizes(server: Server, tmp_path: Path) -> None:
    folder = await write_part(tmp_path / "recordings")
    async with server.http.get(PATH) as answer:
        body = await answer.json()
    assert body["folder"]
    [part] = body["parts"]
    assert (part["part"], part["start_ms"], part["complete"]) == (1, START_MS, True)
    assert [file["channel"] for file in part["files"]] == ["floor", "es"]
    for file in part["files"]:
        assert file["length_ms"] == LENGTH_MS
        path = folder / f"{file['channel']}.ogg"
        assert file["size_bytes"] == len(await asyncio.to_thread(path.read_bytes))


async def test_a_player_gets_the_range_that_it_asks_for(server: Server, tmp_path: Path) -> None:
    folder = await write_part(tmp_path / "recordings")
    sound = await asyncio.to_thread((folder / "es.ogg").read_bytes)
    async with server.http.get(f"{PATH}/1/es.ogg") as answer:
        assert answer.status == 200
        assert answer.content_type == "audio/ogg"
        assert await answer.read() == sound
    async with server.http.get(f"{PATH}/1/es.ogg", headers={"Range": "bytes=100-199"}) as answer:
        assert answer.status == 206
        assert answer.headers["Content-Range"] == f"bytes 100-199/{len(sound)}"
        assert await answer.read() == sound[100:200]
    async with server.http.get(f"{PATH}/1/es.ogg", headers={"Range": "bytes=999999-"}) as answer:
        assert (answer.status, (await answer.json())["error"]) == (416, "bad_range")
    async with server.http.get(f"{PATH}/1/es.ogg", headers={"Range": "bytes=-50"}) as answer:
        assert await answer.read() == sound[-50:]
    async with server.http.head(f"{PATH}/1/es.ogg") as answer:
        assert answer.content_length == len(sound)
    later = {"Range": "bytes=100-199", "If-Range": '"of another file"'}
    async with server.http.get(f"{PATH}/1/es.ogg", headers=later) as answer:
        assert (answer.status, await answer.read()) == (200, sound)


async def test_captions_have_the_time_of_the_file(server: Server, tmp_path: Path) -> None:
    await write_part(tmp_path / "recordings")
    async with server.http.get(f"{PATH}/1/es.json") as answer:
        captions = (await answer.json())["captions"]
    said = [(one["text"], one["start_ms"]) for one in captions]
    assert said == [("Agua clara", 2_000), ("Y luego", 10_000)]
    async with server.http.get(f"{PATH}/1/es.vtt") as answer:
        assert answer.content_type == "text/vtt"
        assert "00:00:02.000 --> 00:00:04.000\nAgua clara" in await answer.text()
    # The transcript has the same captions, on the event's clock.
    async with server.http.get("/api/events/talk/transcript/es.json") as answer:
        transcript = [one["text"] for one in json.loads(await answer.read())["captions"]]
    assert transcript == ["Antes de la parte", *(text for text, _ in said)]


async def test_a_zip_file_has_everything(server: Server, tmp_path: Path) -> None:
    folders = [await write_part(tmp_path / "recordings", number) for number in (1, 2)]
    async with server.http.get(f"{PATH}.zip") as answer:
        assert answer.status == 200
        data = await answer.read()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        names = ("recording.json", "floor.ogg", "es.ogg", "es.vtt", "es.txt")
        assert archive.namelist() == [f"{one.name}/{name}" for one in folders for name in names]
        sound = await asyncio.to_thread((folders[0] / "es.ogg").read_bytes)
        assert archive.read("part-001/es.ogg") == sound
        assert json.loads(archive.read("part-002/recording.json"))["start_ms"] == START_MS


async def test_what_is_not_there_is_refused(server: Server, tmp_path: Path) -> None:
    async with server.http.get(f"{PATH}.zip") as answer:
        assert (answer.status, (await answer.json())["error"]) == (409, "recordings_unreachable")
    await write_part(tmp_path / "recordings")
    for address in (f"{PATH}/2/es.ogg", f"{PATH}/1/fr.ogg", f"{PATH}/9/es.json"):
        async with server.http.get(address) as answer:
            assert (answer.status, (await answer.json())["error"]) == (404, "unknown_recording")
    async with server.http.get(f"{PATH}/one/es.ogg") as answer:
        assert answer.status == 404
    async with server.http.patch(PATH, json={"record": "perhaps"}) as answer:
        assert answer.status == 422


async def test_the_desk_says_that_the_folder_is_not_there(tmp_path: Path) -> None:
    elsewhere = tmp_path / "not mounted"
    async with running_server(tmp_path, DESK, recordings_dir=elsewhere) as server:
        await server.create("es", state="open")
        async with server.http.get(PATH) as answer:
            assert not (await answer.json())["folder"]
        await asyncio.to_thread(elsewhere.mkdir)
        async with server.http.get(PATH) as answer:
            assert (await answer.json())["folder"]


def test_a_zip_file_of_any_size_needs_no_memory(tmp_path: Path) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(100_000_000)
    longest, total = 0, 0
    for piece in zip_stream(ZipEntry(f"{number}", large) for number in range(2)):
        longest = max(longest, len(piece))
        total += len(piece)
    assert total > 200_000_000
    assert longest < 1_000_000
