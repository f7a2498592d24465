"""docs/av.md: its commands can be run, and those of other programs are run by a command."""

import shlex

import pytest

from broadcaster.commands.cli import main
from broadcaster.commands.publishing.command import plan_from
from broadcaster.rack.plan import event_link, rack_channels
from tests.docs.documents import ROOT, document
from tests.rack.documented import PROGRAMS, blocks

DOCUMENT = document(ROOT / "docs" / "av.md")
OURS = ("broadcaster publish ", "broadcaster play ")
LINES = [
    line
    for line in DOCUMENT.lines_of_code()
    if line.startswith(OURS) and "://talks.example/" in line
]


def test_each_line_of_another_program_is_run_together_with_one_of_ours() -> None:
    found = list(blocks(DOCUMENT.text))
    assert all(block.own for block in found)
    lines = DOCUMENT.lines_of_code()
    named = [line for line in lines if line.split(" ")[0] in PROGRAMS and len(line.split()) > 1]
    assert len(named) == sum(len(block.foreign) for block in found)


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
