"""`python -m tests.interpreter.nothing`: the words that are invented where nobody speaks.

Each sound without words is a stream of its own, and so is each piece of human speech with a sound
after it, before it or under it. The recogniser runs faster than real time, in this process.
"""

import argparse
import asyncio
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from broadcaster.rehearsal.whisper.engine import Whisper
from broadcaster.rehearsal.whisper.model_files import find_model, usable_cores
from tests.benchmarks.tables import Table, write
from tests.interpreter.documents import DOCUMENT
from tests.interpreter.human_speech import plain_words, word_edits
from tests.interpreter.sounds.building import pcm
from tests.interpreter.sounds.catalogue import SOUNDS
from tests.interpreter.sounds.short_sentences import short_sentences
from tests.interpreter.sounds.with_speech import CASES, Scene
from tests.interpreter.stepwise import Heard, heard

_COLUMNS = ("sound", "length", "said", "invented", "lost or wrong", "read", "processor")
_NOTE = (
    "*Read* is how much sound was passed on to the recogniser; what it reads again counts again. "
    "*Processor* is its time per second of sound. A decibel is that of the speech over the other "
    "sound, by RMS."
)
Row = tuple[str, ...]


class Measurement:
    """Counts while it measures.

    Args:
        whisper: the model.
        only: part of the names that are measured; empty for all.
    """

    def __init__(self, whisper: Whisper, only: str) -> None:
        self._whisper, self._only = whisper, only
        self.invented = self.wrong = self.said = 0

    def alone(self, seconds: float) -> Iterator[Row]:
        """The rows of the sounds without speech."""
        for name, make in SOUNDS.items():
            if self._only in name:
                result = heard(pcm(make(seconds)), self._whisper)
                words = plain_words(result.text)
                self.invented += len(words)
                yield self._row(name, seconds, result, ("–", str(len(words)), "–"))

    def with_speech(self, scenes: Mapping[str, Callable[[], Scene]]) -> Iterator[Row]:
        """The rows of sounds with speech."""
        for name, make in scenes.items():
            if self._only in name:
                scene = make()
                result = heard(sound := pcm(scene.sound), self._whisper)
                edits, inserted = word_edits(list(scene.words), plain_words(result.text))
                self.invented += inserted
                self.wrong += edits - inserted
                self.said += len(scene.words)
                counts = (str(len(scene.words)), str(inserted), str(edits - inserted))
                yield self._row(name, len(sound) / 48_000, result, counts)

    def total(self) -> Row:
        """The last row."""
        return ("all", "", str(self.said), str(self.invented), str(self.wrong), "", "")

    def _row(self, name: str, seconds: float, result: Heard, counts: Row) -> Row:
        cost = f"{result.cpu_s / seconds:.2f} s"
        row = (name, f"{seconds:.0f} s", *counts, f"{result.read_s:.0f} s", cost)
        print(" | ".join(row), result.text, sep=" | ", flush=True)
        return row


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.interpreter.nothing")
    parser.add_argument("--seconds", type=float, default=20.0, help="of each sound")
    parser.add_argument("--after", type=float, default=6.0, help="seconds after or before speech")
    parser.add_argument("--only", default="", help="part of the names")
    parser.add_argument("--write", action="store_true", help=f"into {DOCUMENT.name}")
    options = parser.parse_args()
    cores = usable_cores()
    measurement = Measurement(Whisper(find_model(None, cores), cores), options.only)
    scenes: dict[str, Callable[[], Scene]] = {
        name: partial(case.scene, number, options.after)
        for number, (name, case) in enumerate(CASES.items())
    }
    scenes["short sentences"] = lambda: asyncio.run(short_sentences())
    rows = (*measurement.alone(options.seconds), *measurement.with_speech(scenes))
    table = Table(
        "nothing",
        "Sounds without words",
        f"python -m tests.interpreter.nothing --seconds {options.seconds:g} "
        f"--after {options.after:g} --write",
        _COLUMNS,
        (*rows, measurement.total()),
        _NOTE,
    )
    print(table.markdown())
    if options.write:
        write(table, DOCUMENT)


if __name__ == "__main__":
    main()
