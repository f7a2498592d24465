"""Output of `publish` and `play`: sentences for people, progress for people or programs."""

import contextlib
import json
import queue
import shutil
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol, TextIO

_CLOSE_S = 1.0


class Progress(StrEnum):
    """How progress is shown."""

    AUTO = "auto"
    LINE = "line"
    JSON = "json"
    OFF = "off"

    def chosen(self) -> "Progress":
        """The format that `AUTO` stands for: one live line on a terminal, JSON elsewhere."""
        if self is not Progress.AUTO:
            return self
        return Progress.LINE if sys.stdout.isatty() else Progress.JSON


class ShownStatus(Protocol):
    """The status of a command."""

    def to_json(self, **more: object) -> dict[str, object]:
        """The fields, with the time and `more` of this line."""

    def to_line(self) -> str:
        """One line for a terminal."""


@dataclass(frozen=True, slots=True)
class PublishStatus:
    """The status of a publisher; its fields are those of a JSON line.

    Attributes:
        state: `connecting`, `on_floor`, `reconnecting` or `ended`.
        position_s: sound that was published; repeated sound counts once.
        duration_s: length of the file, if it is known.
        level_dbfs: RMS of the last second.
        peak_dbfs: peak of the last second.
        round_trip_ms: to the server and back.
        loops: how often the file began again.
        reconnects: how often the floor was lost and taken again.
        damaged_frames: skipped, because they did not decode.
        device: whether the sound device or the stream gives sound; None for a file.
    """

    state: str
    position_s: float
    duration_s: float | None
    level_dbfs: float
    peak_dbfs: float
    round_trip_ms: float | None
    loops: int
    reconnects: int
    damaged_frames: int
    device: bool | None

    def to_json(self, **more: object) -> dict[str, object]:
        """The fields, with the time and `more` of this line."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        return {"time": now, **fields, **more}

    def to_line(self) -> str:
        """One line for a terminal."""
        where = _minutes(self.position_s)
        if self.duration_s:
            where += f" of {_minutes(self.duration_s)}"
        parts = [self.state.replace("_", " "), where, f"{self.level_dbfs:.0f} dBFS"]
        if self.round_trip_ms is not None:
            parts.append(f"round trip {self.round_trip_ms:.0f} ms")
        if self.damaged_frames:
            parts.append(f"{self.damaged_frames} damaged frames skipped")
        if self.device is False:
            parts.append("waiting for its sound")
        return "  ".join(parts)


class ProgressWriter:
    """Writes progress and sentences; nothing blocks the sound.

    With JSON, stdout has JSON only and sentences go to stderr.

    Args:
        how: what to show, not `AUTO`.
        status: asked once for every JSON line.
    """

    def __init__(self, how: Progress, status: Callable[[], ShownStatus]) -> None:
        self._how = how
        self._status = status
        self._stdout = _LineThread(sys.stdout)
        self._stderr = _LineThread(sys.stderr)
        self._line_length = 0

    def show(self) -> None:
        """Show the status now."""
        match self._how:
            case Progress.JSON:
                self._stdout.write(json.dumps(self._status().to_json()) + "\n")
            case Progress.LINE:
                line = self._status().to_line()[: shutil.get_terminal_size().columns - 1]
                self._stdout.write("\r" + line.ljust(self._line_length))
                self._line_length = len(line)

    def say(self, text: str, *, failed: bool = False, **more: object) -> None:
        """Tell something that happened.

        Args:
            text: a sentence for people.
            failed: it ends the command and belongs on stderr.
            more: fields for programs.
        """
        if self._how is Progress.JSON:
            self._stdout.write(json.dumps(self._status().to_json(message=text, **more)) + "\n")
        if failed and self._line_length:
            self._stdout.write(self._begin_line())
        if failed or self._how is Progress.JSON:
            self._stderr.write(text + "\n")
        else:
            self._stdout.write(self._begin_line() + text + "\n")

    def close(self) -> None:
        """End the live line and write what is left, if somebody reads it."""
        if self._line_length:
            self._stdout.write("\n")
        self._stdout.close()
        self._stderr.close()

    def _begin_line(self) -> str:
        length, self._line_length = self._line_length, 0
        return f"\r{' ' * length}\r" if length else ""


class _LineThread:
    """A text stream written by a thread; a reader that is slow or gone costs lines, not sound."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lines: queue.Queue[str | None] = queue.Queue(16)
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)
        self._thread.start()

    def write(self, text: str) -> None:
        with contextlib.suppress(queue.Full):  # Nobody reads.
            self._lines.put_nowait(text)

    def close(self) -> None:
        try:
            self._lines.put(None, timeout=_CLOSE_S)
        except queue.Full:
            return
        self._thread.join(_CLOSE_S)

    def _run(self) -> None:
        readable = True
        while (text := self._lines.get()) is not None:
            try:
                if readable:
                    self._stream.write(text)
                    self._stream.flush()
            except (OSError, ValueError):
                readable = False  # The reader has gone; the sound goes on.


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
