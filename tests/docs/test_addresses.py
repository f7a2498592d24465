"""Every address in a document is one that the server answers."""

from pathlib import Path

from tests.docs.addresses import addresses_in
from tests.docs.documents import documents
from tests.support.server import running_server

_PLACEHOLDERS = {
    "announcement": "0123abcd",
    "screen": "left",
    "role": "main",
    "event": "talk",
    "code": "talk",
    "conference": "water",
    "channel": "es",
    "attendee|stage": "stage",
    "link": "stage",
    "output": "0123456789ab",
    "data_type": "json",
    "session": "x",
    "replacement": "0123456789ab",
    "token": "x",
    "form": "png",
    "file_type": "txt",
    "format": "mp3",
    "file": "attendee/attendee.html",
}
NOT_THERE = {"not_found", "wrong_method"}


def addresses() -> set[tuple[str, str]]:
    """Methods and paths, with an event and a channel in place of placeholders."""
    return {found for document in documents() for found in addresses_in(document, _PLACEHOLDERS)}


async def test_the_addresses_exist(tmp_path: Path) -> None:
    wrong = []
    async with running_server(tmp_path) as server:
        await server.create("es")
        conference = {"id": "water", "title": "Water", "time_zone": "UTC"}
        async with server.http.post("/api/conferences", json=conference) as answer:
            assert answer.ok
        for method, path in sorted(addresses()):
            async with server.http.request(method, path) as answer:
                if answer.ok:
                    continue
                error = (await answer.json())["error"]
                if error in NOT_THERE:
                    wrong.append(f"{method} {path}: {error}")
    assert not wrong


def test_addresses_are_found() -> None:
    assert ("GET", "/e/talk/captions/es") in addresses()
