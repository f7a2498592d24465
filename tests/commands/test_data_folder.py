"""The data folder of a real server is closed to the other users of its machine."""

import asyncio
from pathlib import Path

import aiohttp

from tests.support.processes import TOKEN, broadcaster


def open_to_others(folder: Path) -> dict[str, str]:
    """Everything in the folder, itself included, that other users may touch."""
    return {
        str(path): oct(path.stat().st_mode)
        for path in (folder, *folder.rglob("*"))
        if path.stat().st_mode & 0o077
    }


async def test_new_files_are_private(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    async with broadcaster(folder, tls="true") as (url, process):
        trusting = aiohttp.TCPConnector(ssl=False)
        organizer = {"Authorization": f"Bearer {TOKEN}"}
        async with aiohttp.ClientSession(url, headers=organizer, connector=trusting) as http:
            new = {"title": "A talk", "languages": ["es"]}
            async with http.post("/api/events", json=new) as answer:
                assert answer.status == 201
        names = {path.name for path in await asyncio.to_thread(lambda: [*folder.rglob("*")])}
        assert {"bus.sqlite3", "bus.sqlite3-wal", "store-key", "key.pem"} <= names
        assert not await asyncio.to_thread(open_to_others, folder)
        assert not [line for line in process.lines if "other users" in line]


async def test_what_an_earlier_version_made_is_closed_with_a_line_in_the_log(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "data"
    async with broadcaster(folder):
        pass
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert await asyncio.to_thread(open_to_others, folder)
    async with broadcaster(folder) as (_, process):
        assert not await asyncio.to_thread(open_to_others, folder)
        closed = await process.line(r"could open (\S+bus\.sqlite3); now they cannot")
        assert closed[1] == str(folder / "bus.sqlite3")
