"""The process that recognises one stream of free speech, with `hearing.stream_worker`'s messages.

`python -m broadcaster.rehearsal.whisper.stream_worker [MODELS_DIR]`. Sound is confirmed when it was
read, and recognised later: a reading takes a moment. It takes in at most `_AHEAD_BYTES` that no
reading has begun with. When the machine is busy there are fewer readings of more sound each.
"""

import json
import os
import struct
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.hearing.recognition import Recognition
from broadcaster.rehearsal.hearing.script import Script, words_of
from broadcaster.rehearsal.whisper.engine import SileroVoice, Whisper
from broadcaster.rehearsal.whisper.model_files import find_model, usable_cores
from broadcaster.rehearsal.whisper.stream_recogniser import StreamRecogniser
from broadcaster.rehearsal.wire.constants import BYTES_PER_MS

_AHEAD_BYTES = 20_000 * BYTES_PER_MS
_NICENESS = 5
_MOST_THREADS = 8


class Inbox:
    """Messages that were read from standard input and not looked at. One thread fills it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._pcm = bytearray()
        self._flushes = 0
        self._over = False

    def fill(self, answer: "Answers") -> None:
        """Read standard input to its end; waits while too much sound is in here."""
        while header := sys.stdin.buffer.read(4):
            (length,) = struct.unpack("!I", header)
            pcm = sys.stdin.buffer.read(length)
            with self._changed:
                self._changed.wait_for(lambda: len(self._pcm) < _AHEAD_BYTES)
                self._pcm += pcm
                self._flushes += not length
                self._changed.notify_all()
            answer.confirm(length)
        with self._changed:
            self._over = True
            self._changed.notify_all()

    def take(self) -> tuple[bytes, int] | None:
        """All sound that is here and how many flushes were asked after it; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._pcm or self._flushes or self._over))
            if self._over and not self._pcm and not self._flushes:
                return None
            taken = bytes(self._pcm), self._flushes
            self._pcm.clear()
            self._flushes = 0
            self._changed.notify_all()
            return taken


class Answers:
    """Writes answers, from both threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read_bytes = 0
        self._settled_ms = 0

    def confirm(self, length: int) -> None:
        """Tell that sound was read."""
        with self._lock:
            self._read_bytes += length
            if length:
                self._write([], flushed=False)

    def tell(self, heard: list[Recognition], settled_ms: int, *, flushed: bool = False) -> None:
        """Tell what was heard, and that everything before a time was told."""
        with self._lock:
            self._settled_ms = settled_ms
            self._write(heard, flushed=flushed)

    def _write(self, heard: list[Recognition], *, flushed: bool) -> None:
        answer = {
            "read_ms": self._read_bytes // BYTES_PER_MS,
            "settled_ms": self._settled_ms,
            "flushed": flushed,
            "heard": [asdict(one) for one in heard],
        }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def main() -> None:
    """Answer messages until the input ends."""
    os.nice(_NICENESS)
    inbox, answers = Inbox(), Answers()
    threading.Thread(target=inbox.fill, args=(answers,), name="read", daemon=True).start()
    models_dir = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    cores = usable_cores()
    model = Whisper(find_model(models_dir, cores), min(cores, _MOST_THREADS))
    script = Script([words_of(sentence.text) for sentence in talk.load().sentences])
    recogniser = StreamRecogniser(model, SileroVoice(), script, time.monotonic)
    recognised_bytes = 0
    while (taken := inbox.take()) is not None:
        pcm, flushes = taken
        if pcm:
            recognised_bytes += len(pcm)
            heard = recogniser.feed(pcm) + recogniser.look()
            answers.tell(heard, recogniser.settled_ms())
        for _ in range(flushes):
            end_ms = recognised_bytes // BYTES_PER_MS
            answers.tell(recogniser.flush(), end_ms, flushed=True)


if __name__ == "__main__":
    main()
