"""`broadcaster interpreter`: the server in a process of its own, and what it says at the start."""

import asyncio
import json
import signal
import socket
import sys
from pathlib import Path

import aiohttp
import pytest
from click.testing import CliRunner

from broadcaster.commands.cli import main
from broadcaster.rehearsal import equipment
from broadcaster.rehearsal.hearing.stream import TALK_WORKER
from broadcaster.rehearsal.speaking.kokoro_files import VOICES
from tests.support.deadline import deadline

PATH = "/v1/realtime/translations?model=gpt-realtime-translate"


def test_other_machines_need_a_key() -> None:
    answer = CliRunner().invoke(main, ["interpreter", "--host", "0.0.0.0"])
    assert answer.exit_code == 2
    assert "--key" in answer.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--host", "::", "--key", ""], "--key"),
        (["--host", "hall.example"], "--key"),
        (["--port", "70000"], "70000 is not in the range"),
        (["--models", "/no/such/folder"], "'/no/such/folder' does not exist"),
        (["--models", __file__], "is a file"),
        (["--voice", "robot"], "female"),
    ],
)
def test_options_that_cannot_be_used_are_told(words: list[str], told: str) -> None:
    answer = CliRunner().invoke(main, ["interpreter", *words])
    assert answer.exit_code == 2
    assert told in answer.output


def test_a_port_that_is_in_use_and_a_folder_that_cannot_be_read_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(equipment, "find_spec", lambda _name: None)
    with socket.create_server(("127.0.0.1", 0)) as other:
        answer = CliRunner().invoke(main, ["interpreter", "--port", str(other.getsockname()[1])])
    assert answer.exit_code == 1
    assert "is in use by another program. Choose another --host or --port" in answer.output
    for host in ("192.0.2.9", "999.1.1.1"):
        answer = CliRunner().invoke(main, ["interpreter", "--host", host, "--key", "k"])
        assert f"{host}, port 8090 is not an address of this machine" in answer.output

    def unreadable(_folder: Path | None, **_options: bool) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path))

    monkeypatch.setattr(equipment, "equipment", unreadable)
    answer = CliRunner().invoke(main, ["interpreter", "--models", str(tmp_path)])
    assert answer.exit_code == 1
    assert str(tmp_path) in answer.output


@pytest.mark.parametrize(
    ("installed", "told"),
    [(True, "In fr only a female voice speaks."), (False, "the same for --voice male.")],
    ids=["natural", "simple"],
)
def test_it_says_where_the_male_voice_is_missing(
    monkeypatch: pytest.MonkeyPatch, *, installed: bool, told: str
) -> None:
    monkeypatch.setattr(equipment, "find_spec", lambda _name: None)
    monkeypatch.setattr(equipment, "_voice", lambda _folder: () if installed else None)
    assert equipment.equipment(None, male=True).sentences[-1].endswith(told)
    assert told not in equipment.equipment(None).sentences[-1]


async def test_it_serves_those_who_have_its_key_until_it_is_stopped() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "broadcaster", "interpreter", "--port", "0", "--key", "k"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    said = []
    async with deadline():
        while not (line := (await process.stdout.readline()).decode()).startswith("{"):
            said.append(line.strip())
    url = f"http://127.0.0.1:{json.loads(line)['port']}"
    async with aiohttp.ClientSession(url) as http, deadline():
        refused = await http.get(PATH, headers={"Authorization": "Bearer other"})
        assert refused.status == 401
        async with http.ws_connect(PATH, headers={"Authorization": "Bearer k"}) as session:
            assert (await session.receive_json())["type"] == "session.created"
        assert (await http.get("/rehearsal/faults")).status == 404
        assert (await http.get("/v1/languages")).status == 401
        told = await http.get("/v1/languages", headers={"Authorization": "Bearer k"})
        languages = {one["language"]: one for one in (await told.json())["languages"]}
        assert languages["en"]["engine"] == "Whisper base"
        assert languages["de"]["translates"] == "prepared_talk"
    process.send_signal(signal.SIGTERM)
    async with deadline():
        assert await process.wait() == 0
    assert said[0].startswith("Hears about 100 languages")
    assert said[-1].startswith("Speaks ")


def test_without_the_packages_it_is_the_rehearsal_interpreter_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(equipment, "find_spec", lambda _name: None)
    here = equipment.equipment(None)
    assert here.stream_worker == TALK_WORKER
    assert 'pip install "conference-broadcaster[interpreter]"' in here.sentences[0]


def test_it_says_what_to_install_for_a_language_that_cannot_be_spelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(equipment, "natural_languages", lambda: frozenset(VOICES) - {"zh"})
    monkeypatch.setattr(equipment, "missing_packages", lambda _language: ("pypinyin",))
    said = equipment.equipment(None).sentences[-1]
    assert "ja" in said
    assert "For natural zh, pypinyin is missing. Install it: pip install" in said


def test_a_folder_with_models_is_given_to_the_recogniser(tmp_path: Path) -> None:
    here = equipment.equipment(tmp_path)
    assert here.stream_worker[1:] == (str(tmp_path),)
