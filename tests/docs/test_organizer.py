"""The organizer's guide, followed from its beginning to its end on a server."""

import asyncio
import json
import shlex
from pathlib import Path

from click.testing import CliRunner, Result

from broadcaster.commands.cli import main
from tests.docs.addresses import addresses_in
from tests.docs.documents import ROOT, document
from tests.support.server import TOKEN, Server, running_server

GUIDE = document(ROOT / "docs" / "organizer.md")
NAMES = {"event": "keynote", "conference": "water", "channel": "es"}
PROGRAM = ".venv/bin/broadcaster "
ASKS_A_SERVER = ("events ", "conferences ", "tokens ", "check --event ")
PROGRAMME = {"schedule": {"conference": {"days": [{"rooms": {"Hall": [{"title": "Lunch"}]}}]}}}


def commands() -> list[str]:
    """Those that ask a running server, in the guide's order."""
    lines = [
        line.removeprefix(PROGRAM) for line in GUIDE.lines_of_code() if line.startswith(PROGRAM)
    ]
    return [line for line in lines if line.startswith(ASKS_A_SERVER)]


async def run(server: Server, *words: str) -> Result:
    """Run a command in a thread: it has an event loop of its own."""
    env = {"BROADCASTER_PUBLIC_URL": server.url, "BROADCASTER_ADMIN_TOKEN": TOKEN}
    return await asyncio.to_thread(CliRunner().invoke, main, words, env=env)


async def follow(server: Server, line: str, folder: Path) -> None:
    """Do what one line of the guide says; the files that it names are in a folder."""
    words = [str(folder / word) if word.endswith(".json") else word for word in shlex.split(line)]
    if words[-1] == "ID":
        listed = await run(server, "tokens", "--json", "list")
        words[-1] = json.loads(listed.stdout)[-1]["id"]
    result = await run(server, *words)
    if words[0] == "check":  # no interpreter answers this server, and the check says so
        assert result.exit_code == 1
        assert "engine_translate" in result.output
        assert "Error" not in result.output
    else:
        assert result.exit_code == 0, f"{line}: {result.output}"


async def ask_every_address(server: Server) -> None:
    """The server answers each address that the guide names."""
    found = addresses_in(GUIDE, NAMES)
    assert ("GET", "/desk/live/keynote") in found
    answers = {}
    for method, path in sorted(found):
        async with server.http.request(method, path) as answer:
            answers[path] = answer.status
    assert set(answers.values()) == {200}, answers


async def test_every_command_and_address_works(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        (tmp_path / "schedule.json").write_text(json.dumps(PROGRAMME))
        lines = commands()
        live = lines.index("events live keynote")
        for line in lines[: live + 1]:
            await follow(server, line, tmp_path)
        await ask_every_address(server)
        for line in lines[live + 1 :]:
            await follow(server, line, tmp_path)
        async with server.http.get("/api/events") as answer:
            assert [event["title"] for event in await answer.json()] == ["Opening keynote, day 2"]
