"""Faults as the command line writes them."""

import os
import sys
from pathlib import Path

import pytest

from broadcaster.rehearsal.faults.catalogue import Fault
from broadcaster.rehearsal.wire.validation import Invalid
from tests.support.processes import ran


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("drop", Fault("drop")),
        ("stall@12.5", Fault("stall", at_s=12.5)),
        ("mute@3:pt-BR", Fault("mute", at_s=3.0, language="pt-BR")),
        ("deaf:fr", Fault("deaf", language="fr")),
    ],
)
def test_a_fault_as_the_command_line_writes_it(text: str, fault: Fault) -> None:
    assert Fault.from_text(text) == fault


@pytest.mark.parametrize("text", ["", "x", "drop@x", "drop@-1", "drop:!", "refuse_key@1"])
def test_invalid_text_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        Fault.from_text(text)


def test_the_command_line_explains_an_invalid_fault(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "broadcaster.rehearsal", "--port", "0"]
    (tmp_path / "faults.json").write_text('[{"name": "stall", "for_s": 61}]')
    for arguments in (["--fault", "nothing"], ["--faults", str(tmp_path / "faults.json")]):
        result = ran([*command, *arguments], os.environ)
        assert result.returncode == 2
        assert "the faults cannot be used" in result.stderr
