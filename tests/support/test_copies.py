"""A copied program is as one that was started: its words, variables, output, signals and end."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from broadcaster import __version__
from tests.support.copies import TEMPLATES, Copy
from tests.support.deadline import deadline
from tests.support.processes import broadcaster, ran, runs, started

COMMAND = [sys.executable, "-m", "broadcaster"]


async def test_words_output_and_exit_code_are_those_of_the_program() -> None:
    async with deadline(), started([*COMMAND, "--version"]) as process:
        assert isinstance(process.process, Copy)
        await process.line(__version__)
        assert await process.process.wait() == 0


async def test_an_error_has_its_code_and_its_message() -> None:
    async with deadline(), started([*COMMAND, "no-such-command"]) as process:
        await process.line("no-such-command")
        assert await process.process.wait() == 2


def test_both_outputs_and_the_code_of_a_command_that_ends_are_told_apart() -> None:
    answer = ran([*COMMAND, "no-such-command"], {"PATH": "/usr/bin:/bin"})
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "no-such-command" in answer.stderr
    assert __version__ in ran([*COMMAND, "--version"], {"PATH": "/usr/bin:/bin"}).stdout


async def test_variables_are_those_that_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADCASTER_TITLE", "of the tests")
    async with deadline(), started([*COMMAND, "config"], {"BROADCASTER_PORT": "1234"}) as process:
        await process.line("1234")
        assert await process.process.wait() == 0
    assert not any("BROADCASTER_TITLE" in line for line in process.lines)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_as_usual(tmp_path: Path, number: signal.Signals) -> None:
    async with deadline(), broadcaster(tmp_path) as (_, server):
        server.process.send_signal(number)
        assert await server.process.wait() == 0


async def test_a_killed_one_is_gone(tmp_path: Path) -> None:
    async with deadline(), broadcaster(tmp_path) as (_, server):
        server.process.kill()
        assert await server.process.wait() == -signal.SIGKILL
        assert not runs(server.process.pid)


async def test_copies_run_at_the_same_time() -> None:
    async with deadline(), asyncio.TaskGroup() as tasks:
        for _ in range(3):
            tasks.create_task(_version())


def test_other_commands_are_started() -> None:
    assert TEMPLATES.get([sys.executable, "-c", "pass"]) is None
    assert TEMPLATES.get(["nginx"]) is None


async def _version() -> None:
    async with started([*COMMAND, "--version"]) as process:
        await process.process.wait()
    assert any(__version__ in line for line in process.lines)
