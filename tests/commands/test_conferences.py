"""`broadcaster conferences` against a running server."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from click.testing import CliRunner, Result

from broadcaster.commands.cli import main
from tests.support.server import TOKEN, Server, running_server

CREATE = ("create", "Water", "--id", "water", "--time-zone", "Europe/Berlin")


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with running_server(tmp_path / "data") as running:
        yield running


async def run(server: Server, *words: str, typed: str = "", group: str = "conferences") -> Result:
    """Run a command in a thread: it has an event loop of its own."""
    command = [group, "--url", server.url, "--token", TOKEN, *words]
    environment = {"COLUMNS": "200"}
    return await asyncio.to_thread(CliRunner().invoke, main, command, input=typed, env=environment)


async def printed(server: Server, *words: str, typed: str = "", group: str = "conferences") -> str:
    result = await run(server, *words, typed=typed, group=group)
    assert result.exit_code == 0, result.output
    return result.stdout


async def asked(server: Server, *words: str) -> Any:
    """The JSON that a command prints."""
    return json.loads(await printed(server, "--json", *words))


def programme(folder: Path, *titles: str) -> str:
    """The name of a file with talks in one room."""
    rooms = {
        "Hall 2": [
            {"guid": title, "title": title, "date": f"2026-11-27T{10 + number}:00:00+01:00"}
            for number, title in enumerate(titles)
        ]
    }
    conference = {"days": [{"date": "2026-11-27", "rooms": rooms}]}
    file = folder / "schedule.json"
    file.write_text(json.dumps({"schedule": {"conference": conference}}))
    return str(file)


async def test_a_conference_is_created_shown_listed_and_edited(server: Server) -> None:
    shown = await printed(server, *CREATE, "--room", "Hall 1", "-l", "es", "-l", "fr")
    assert f"{server.url}/c/water" in shown
    assert "10 minutes before their start" in shown
    assert await printed(server, "show", "water") == shown
    [listed] = await asked(server, "list")
    assert [one["tag"] for one in listed["languages"]] == ["es", "fr"]
    assert listed["code"] in await printed(server, "list")
    async with server.http.patch(
        "/api/conferences/water", json={"languages": [{"tag": "es", "always": True}]}
    ) as answer:
        assert answer.ok
    edit = ("edit", "water", "--room", "Hall 2", "--room", "Annex", "-l", "es", "-l", "de")
    edited = await asked(server, *edit, "--no-auto-open", "--auto-live")
    assert edited["rooms"] == ["Hall 2", "Annex"]
    assert [(one["tag"], one["always"]) for one in edited["languages"]] == [
        ("es", True),
        ("de", False),
    ]
    assert (edited["auto_open_minutes"], edited["auto_live"]) == (None, True)
    assert (edited["title"], edited["time_zone"]) == ("Water", "Europe/Berlin")
    assert "by hand" in await printed(server, "show", "water")


async def test_a_programme_is_previewed_then_imported(server: Server, tmp_path: Path) -> None:
    await printed(server, *CREATE, "-l", "es")
    file = programme(tmp_path, "Opening", "Pipes")
    preview = await printed(server, "import", "water", file, "--dry-run")
    assert "2 new:\n  Opening\n  Pipes\nnew rooms: Hall 2\n0 unchanged" in preview
    assert "Nothing was imported." in preview
    refused = await run(server, "import", "water", file, typed="n\n")
    assert refused.exit_code == 1
    assert "Opening" not in await printed(server, "list", group="events")
    agreed = await printed(server, "import", "water", file, typed="y\n")
    assert "The programme is imported." in agreed
    again = await asked(server, "import", "water", file, "--yes")
    assert (again["unchanged"], again["dry_run"]) == (2, True)
    assert (await asked(server, "show", "water"))["rooms"] == ["Hall 2"]
    async with server.http.get("/api/events") as answer:
        assert [one["conference"] for one in await answer.json()] == ["water", "water"]


async def test_an_event_is_put_into_a_conference(server: Server) -> None:
    await printed(server, *CREATE)
    made = await printed(
        server,
        *("create", "Talk", "--id", "talk", "-l", "es", "--draft", "--conference", "water"),
        *("--room", "Hall 1", "--auto-open-minutes", "5", "--auto-live"),
        *("--starts-at", "2026-11-27T14:00:00+01:00", "--time-zone", "America/New_York"),
        group="events",
    )
    assert "conference: water" in made
    cleared = ("--clear", "conference", "--clear", "room", "--clear", "time-zone")
    await printed(server, "edit", "talk", *cleared, "--clear", "auto-open-minutes", group="events")
    async with server.http.get("/api/events/talk") as answer:
        event = await answer.json()
    assert (event["conference"], event["room"], event["time_zone"]) == (None, None, None)
    assert (event["auto_open_minutes"], event["auto_live"]) == (None, True)


async def test_a_conference_is_deleted_after_a_question(server: Server) -> None:
    await printed(server, *CREATE)
    await server.create("es", state="open", conference="water")
    kept = await run(server, "delete", "water", "--yes")
    assert (kept.exit_code, "still has 1 event" in kept.stderr) == (3, True)
    refused = await run(server, "delete", "water", "--with-events", typed="n\n")
    assert refused.exit_code == 1
    assert "all its events" in refused.stderr
    assert "is deleted" in await printed(server, "delete", "water", "--with-events", typed="y\n")
    assert await asked(server, "list") == []


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("show", "missing"), 3, "no such conference"),
        (("create", "Water", "--time-zone", "Mars/Olympus"), 3, "not a time zone"),
        (("edit", "water"), 2, "name what to change"),
        (("edit", "water", "--no-auto-open", "--auto-open-minutes", "5"), 2, "choose"),
        (("import", "water", __file__, "--yes"), 3, "neither a calendar nor a schedule"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
async def test_a_mistake_is_a_sentence(
    server: Server, words: tuple[str, ...], code: int, sentence: str
) -> None:
    await printed(server, *CREATE)
    result = await run(server, *words)
    assert (result.exit_code, sentence in result.stderr) == (code, True), result.stderr
