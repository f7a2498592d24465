"""`broadcaster events` against a running server."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from click.testing import CliRunner, Result

from broadcaster.commands.cli import main
from broadcaster.commands.events.options import CLEARABLE
from broadcaster.model.event import EventAction
from tests.support.ports import free_port
from tests.support.server import TOKEN, Server, running_server


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with running_server(tmp_path / "server") as running:
        yield running


async def run(
    url: str, *words: str, token: str = TOKEN, typed: str = "", **environment: str
) -> Result:
    """Run a command in a thread: it has an event loop of its own."""
    command = ["events", "--url", url, "--token", token, *words]
    return await asyncio.to_thread(
        CliRunner().invoke, main, command, input=typed, env={"COLUMNS": "200", **environment}
    )


async def asked(server: Server, *words: str) -> Any:
    """The JSON that a command prints."""
    result = await run(server.url, "--json", *words)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_every_step_is_a_command() -> None:
    names = main.commands["events"].commands.keys()  # type: ignore[attr-defined]
    others = {"list", "show", "create", "edit", "duplicate", "restart"}
    assert names == others | {action.value for action in EventAction}


async def test_the_life_of_an_event(server: Server) -> None:
    words = ("create", "A talk", "-l", "es", "-l", "fr", "--id", "talk", "--draft")
    assert (await asked(server, *words))["state"] == "draft"
    for step, state in (
        ("open", "open"),
        ("live", "live"),
        ("pause", "paused"),
        ("resume", "live"),
        ("close", "closed"),
        ("archive", "archived"),
        ("reopen", "open"),
    ):
        assert (await asked(server, step, "talk"))["state"] == state
    refused = await run(server.url, "resume", "talk")
    assert refused.exit_code == 3
    assert refused.stderr.startswith("Error: “resume” is not possible while the event is open.")
    assert "Traceback" not in refused.output
    assert (await asked(server, "delete", "talk", "--yes")) == {"deleted": "talk"}
    assert await asked(server, "list") == []


async def test_what_people_read(server: Server) -> None:
    await run(server.url, "create", "A talk", "-l", "es", "--id", "talk", "--notice", "Welcome")
    listed = await run(server.url, "list")
    assert all(word in listed.stdout for word in ("talk", "open", "es", "A talk"))
    shown = await run(server.url, "show", "talk")
    assert f"attendees:  {server.url}/e/talk" in shown.stdout
    assert "notice:     Welcome" in shown.stdout


async def test_everything_can_be_said_about_an_event(server: Server, tmp_path: Path) -> None:
    glossary = tmp_path / "terms.csv"
    glossary.write_text("\ufeffterm,es,fr\nsluice,esclusa,écluse\nAquaNet\n\ndam,,barrage\n")
    options = {
        "--source": "en",
        "--glossary": str(glossary),
        "--spend-cap": "20",
        "--passcode": "Water-24",
        "--starts-at": "2026-11-27T14:00:00+01:00",
        "--ends-at": "2026-11-27T15:00:00+01:00",
        "--notice": "Welcome",
        "--notice-in": "es=Bienvenidos",
        "--ai-notice": "A machine interprets.",
        "--ai-notice-in": "es=Interpreta una máquina.",
        "--retention-days": "30",
        "--stereo": "left",
        "--interpreter": "es=converse",
        "--voice": "es=cedar",
        "--always": "fr",
        "--providers": "local, openai",
        "--behind-s": "20",
        "--providers-of": "fr=openai",
    }
    words = [word for pair in options.items() for word in pair]
    words += ["--downloads", "--no-source-captions"]
    event = await asked(server, "create", "A talk", "-l", "es", "-l", "fr", "--id", "talk", *words)
    assert {
        "source_language": "en",
        "glossary": [
            {"text": "sluice", "translations": {"es": "esclusa", "fr": "écluse"}},
            {"text": "dam", "translations": {"fr": "barrage"}},
        ],
        "do_not_translate": ["AquaNet"],
        "spend_cap_usd": 20.0,
        "passcode": "Water-24",
        "starts_at": "2026-11-27T13:00:00Z",
        "ends_at": "2026-11-27T14:00:00Z",
        "notice": "Welcome",
        "notice_translations": {"es": "Bienvenidos"},
        "ai_notice": "A machine interprets.",
        "ai_notice_translations": {"es": "Interpreta una máquina."},
        "retention_days": 30,
        "stereo_input": "left",
        "downloads": True,
        "source_captions": False,
        "failover": {"providers": ["local", "openai"], "standby": "cold", "behind_s": 20.0},
    }.items() <= event.items()
    assert [one["providers"] for one in event["languages"]] == [[], ["openai"]]
    chosen = [
        (one["tag"], one["interpreter"], one["voice"], one["always"]) for one in event["languages"]
    ]
    assert chosen == [("es", "converse", "cedar", False), ("fr", "auto", None, True)]
    cleared = [word for name in CLEARABLE for word in ("--clear", name)]
    event = await asked(server, "edit", "talk", *cleared)
    nothing = dict.fromkeys(
        ("source_language", "spend_cap_usd", "passcode", "starts_at", "ends_at", "notice"), None
    )
    assert nothing.items() <= event.items()
    assert (event["ai_notice"], event["retention_days"], event["glossary"]) == (None, None, [])
    assert (event["do_not_translate"], event["notice_translations"]) == ([], {})
    assert event["ai_notice_translations"] == {}
    assert event["downloads"] is True


async def test_an_edit_changes_languages_and_keeps_the_rest(server: Server) -> None:
    await server.create({"tag": "es", "always": True}, "fr")  # type: ignore[arg-type]
    words = ("--add-language", "de", "--remove-language", "fr", "--voice", "de=cedar")
    event = await asked(server, "edit", "talk", *words, "--title", "Another")
    chosen = [(one["tag"], one["voice"], one["always"]) for one in event["languages"]]
    assert chosen == [("es", None, True), ("de", "cedar", False)]
    assert (event["title"], event["state"]) == ("Another", "live")
    before = event["stage_key"]
    order = ("--providers", "local,openai", "--behind-s", "20")
    await asked(server, "edit", "talk", *order, "--providers-of", "es=openai")
    event = await asked(server, "edit", "talk", "--provider-standby", "warm", "--always", "de")
    assert event["failover"] == {
        "providers": ["local", "openai"],
        "standby": "warm",
        "behind_s": 20.0,
    }
    assert [one["providers"] for one in event["languages"]] == [["openai"], []]
    event = await asked(server, "edit", "talk", "--providers", "", "--providers-of", "es=")
    assert (event["failover"]["providers"], event["failover"]["behind_s"]) == ([], 20.0)
    assert event["languages"][0]["providers"] == []
    assert (await asked(server, "edit", "talk", "--new-stage-key"))["stage_key"] != before


async def test_a_pause_a_copy_and_a_restart(server: Server) -> None:
    await server.create("es")
    words = ("pause", "talk", "--notice", "Back at 3", "--notice-in", "es=A las 3")
    paused = await asked(server, *words)
    assert paused["pause_notice"] == {"text": "Back at 3", "translations": {"es": "A las 3"}}
    copy = await asked(server, "duplicate", "talk", "--title", "Day 2", "--id", "day-2")
    assert (copy["id"], copy["title"], copy["state"]) == ("day-2", "Day 2", "draft")
    await asked(server, "restart", "talk", "es")
    refused = await run(server.url, "restart", "talk", "xx")
    assert refused.exit_code == 3


async def test_deleting_asks_first(server: Server) -> None:
    await server.create("es", state="open")
    kept = await run(server.url, "delete", "talk", typed="n\n")
    assert kept.exit_code == 1
    assert len(await asked(server, "list")) == 1
    gone = await run(server.url, "delete", "talk", typed="y\n")
    assert (gone.exit_code, gone.stdout) == (0, "talk is deleted.\n")


@pytest.mark.parametrize(
    "words",
    [
        ("create", "A talk"),
        ("edit", "talk"),
        ("edit", "talk", "--clear", "title"),
        ("edit", "talk", "--notice-in", "Bienvenidos", "--notice", "Welcome"),
        ("edit", "talk", "--voice", "de=cedar"),
        ("edit", "talk", "--interpreter", "es=magic"),
        ("edit", "talk", "--stereo", "middle"),
        ("edit", "talk", "--providers-of", "de=openai"),
        ("edit", "talk", "--provider-standby", "hot"),
        ("edit", "talk", "--retention-days", "long"),
        ("edit", "talk", "--glossary", "/none.csv"),
        ("edit", "talk", "--glossary", "{binary}"),
        ("pause", "talk", "--notice-in", "es=A las 3"),
        ("dance", "talk"),
    ],
    ids=" ".join,
)
async def test_wrong_usage_is_named(server: Server, tmp_path: Path, words: tuple[str, ...]) -> None:
    binary = tmp_path / "binary.csv"
    binary.write_bytes(b"term\xff\xfe\x00")
    await server.create("es", state="open")
    result = await run(server.url, *(word.replace("{binary}", str(binary)) for word in words))
    assert result.exit_code == 2, result.output
    assert "Error: " in result.stderr
    assert (await asked(server, "show", "talk"))["version"] == 1


@pytest.mark.parametrize(
    "words",
    [
        ("show", "none"),
        ("edit", "talk", "--passcode", "short"),
        ("edit", "talk", "--ends-at", "soon"),
        ("edit", "talk", "--source", "klingon"),
        ("edit", "talk", "--add-language", "klingon"),
        ("create", "A talk", "-l", "es", "--id", "Bad Id"),
    ],
    ids=" ".join,
)
async def test_what_the_server_refuses_is_a_sentence(
    server: Server, words: tuple[str, ...]
) -> None:
    await server.create("es", state="open")
    result = await run(server.url, *words)
    assert result.exit_code == 3, result.output
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1


async def test_the_server_and_its_token(server: Server, tmp_path: Path) -> None:
    refused = await run(server.url, "list", token="not-the-token-of-this-server")
    assert refused.exit_code == 3
    assert "organizer's token" in refused.stderr
    nobody = await run(f"http://127.0.0.1:{free_port()}", "list")
    assert nobody.exit_code == 4
    assert "does not answer" in nobody.stderr
    wrong = await run("ftp://talks.example", "list")
    assert wrong.exit_code == 1
    (tmp_path / "admin-token").write_text(TOKEN + "\n")
    environment = {"BROADCASTER_DATA_DIR": str(tmp_path), "BROADCASTER_PUBLIC_URL": server.url}
    command = ["events", "--json", "list"]
    kept = await asyncio.to_thread(CliRunner().invoke, main, command, env=environment)
    assert (kept.exit_code, kept.stdout) == (0, "[]\n")
    environment["BROADCASTER_DATA_DIR"] = str(tmp_path / "none")
    unknown = await asyncio.to_thread(CliRunner().invoke, main, command, env=environment)
    assert unknown.exit_code == 1
    assert "BROADCASTER_ADMIN_TOKEN" in unknown.stderr
