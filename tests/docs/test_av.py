"""docs/av.md: each of its commands can be run, and is run by `python -m tests.rack.documented`."""

import json
import re
import shlex
from dataclasses import fields

import pytest

from broadcaster.commands.cli import main
from broadcaster.commands.publishing.command import plan_from
from broadcaster.rack.plan import event_link, rack_channels
from broadcaster.rack.status import RackChannelStatus
from tests.docs.documents import ROOT, document
from tests.rack.documented.blocks import blocks
from tests.rack.documented.trials import ENDING, PEERS, trials

DOCUMENT = document(ROOT / "docs" / "av.md")
OURS = ("broadcaster publish ", "broadcaster play ")
LINES = [
    line
    for line in DOCUMENT.lines_of_code()
    if line.startswith(OURS) and "://talks.example/" in line
]


def test_each_command_is_run() -> None:
    run = {line for trial in trials(DOCUMENT.text) for line in trial.lines}
    assert run == {line for block in blocks(DOCUMENT.text) for line in block.lines}
    assert {" ".join(line.split()) for line in LINES} <= {" ".join(line.split()) for line in run}


def test_a_new_command_cannot_be_forgotten() -> None:
    text = f"{DOCUMENT.text}\n```\nbroadcaster publish rtsp://camera https://talks.example/\n```\n"
    with pytest.raises(LookupError, match="rtsp://camera"):
        list(trials(text))


def test_the_other_sides_are_those_of_the_document() -> None:
    found = list(trials(DOCUMENT.text))
    assert {peer.named for peer in PEERS} <= {trial.peer.named for trial in found}
    assert len([trial for trial in found if trial.ending is not None]) == len(ENDING)


def test_another_program_has_a_command_of_ours() -> None:
    assert all(block.own for block in blocks(DOCUMENT.text) if block.foreign)


def test_the_line_of_progress_is_that_of_the_program() -> None:
    [body] = re.findall(r"^```json\n(.*?)^```$", DOCUMENT.text, re.MULTILINE | re.DOTALL)
    [channel] = json.loads(body)["channels"]
    assert list(channel) == [one.name for one in fields(RackChannelStatus)]


@pytest.mark.parametrize("line", sorted(set(LINES)))
def test_each_line_of_ours_is_a_plan(line: str) -> None:
    name, *words = shlex.split(line)[1:]
    given = main.commands[name].make_context(name, words).params
    if name == "play":
        assert event_link(given["words"][0])
        assert rack_channels(given["words"][1:], given["delays"])
        return
    plan = plan_from(
        given["words"],
        "key",
        given["device"],
        given["progress"],
        given["ca"],
        channels=given["channels"],
        interface=given["interface"],
        loop=given["loop"],
        backup=given["is_backup"],
    )
    assert (plan.url.host, plan.url.query.get("backup")) == (
        "talks.example",
        "1" if given["is_backup"] else None,
    )
