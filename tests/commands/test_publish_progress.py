"""Progress for people and for programs."""

import io
import json
import sys
import threading

import pytest

from broadcaster.commands.publish_progress import Progress, ProgressWriter, PublishStatus

STATUS = PublishStatus(
    state="on_floor",
    position_s=75.0,
    duration_s=4_000.0,
    level_dbfs=-23.4,
    peak_dbfs=-9.0,
    round_trip_ms=12.4,
    loops=0,
    reconnects=1,
    damaged_frames=3,
    device=None,
)


class StuckStream(io.StringIO):
    """A pipe that nobody reads."""

    def __init__(self) -> None:
        super().__init__()
        self.released = threading.Event()

    def write(self, text: str) -> int:
        self.released.wait()
        return super().write(text)


def test_a_terminal_has_one_live_line(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("COLUMNS", "120")
    writer = ProgressWriter(Progress.LINE, lambda: STATUS)
    writer.show()
    writer.show()
    writer.say("the floor was lost")
    writer.show()
    writer.close()
    line = "on floor  1:15 of 1:06:40  -23 dBFS  round trip 12 ms  3 damaged frames skipped"
    blank = "\r" + " " * len(line) + "\r"
    assert screen.getvalue() == f"\r{line}\r{line}{blank}the floor was lost\n\r{line}\n"


def test_programs_get_json_and_people_sentences(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    writer = ProgressWriter(Progress.JSON, lambda: STATUS)
    writer.show()
    writer.say("stopped", exit_code=130)
    writer.close()
    printed = capsys.readouterr()
    plain, last = map(json.loads, printed.out.splitlines())
    assert plain["round_trip_ms"] == 12.4
    assert "message" not in plain
    assert (last["message"], last["exit_code"]) == ("stopped", 130)
    assert printed.err == "stopped\n"


def test_a_reader_that_is_stuck_costs_lines_only(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = StuckStream()
    monkeypatch.setattr(sys, "stdout", stream)
    writer = ProgressWriter(Progress.JSON, lambda: STATUS)
    for _ in range(1_000):
        writer.show()
    stream.released.set()
    writer.close()
    assert 0 < len(stream.getvalue().splitlines()) < 100


def test_auto_is_json_where_no_person_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert Progress.AUTO.chosen() is Progress.JSON
    assert Progress.OFF.chosen() is Progress.OFF
