"""Human speech with its text: the LibriVox clips of Debian's pocketsphinx-testdata."""

import re
import wave
from pathlib import Path

import numpy as np

from broadcaster.rehearsal.resample import Resampler
from broadcaster.rehearsal.wire.constants import SAMPLE_RATE_HZ

CLIPS = Path("/usr/share/pocketsphinx/test/data/librivox")
_LINE = re.compile(r"<s> (.+) </s> \((.+)\)")


def clips() -> list[tuple[bytes, str]]:
    """Each clip as s16le mono 24 kHz, and its words in lower case."""
    lines = _LINE.findall((CLIPS / "transcription").read_text())
    return [(_sound(CLIPS / f"{name}.wav"), text) for text, name in lines]


def _sound(path: Path) -> bytes:
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64)
        resampled = Resampler(file.getframerate(), SAMPLE_RATE_HZ).process(samples)
    return np.clip(np.rint(resampled), -32_768, 32_767).astype("<i2").tobytes()


def silence(ms: int) -> bytes:
    """Digital silence."""
    return bytes(ms * SAMPLE_RATE_HZ // 1000 * 2)


def plain_words(text: str) -> list[str]:
    """Words without case and punctuation; hyphens part words, and titles are written out."""
    spelled = text.lower().replace("mr.", "mister").replace("mrs.", "missus")
    return re.findall(r"(?:[^\W\d_]|')+", spelled)


def word_errors(reference: list[str], heard: list[str]) -> int:
    """Fewest words that have to be inserted, deleted or replaced."""
    return word_edits(reference, heard)[0]


def word_edits(reference: list[str], heard: list[str]) -> tuple[int, int]:
    """The same, and how many of them are too many in what was heard."""
    row = [(number, number) for number in range(len(heard) + 1)]
    for number, word in enumerate(reference, 1):
        diagonal, row[0] = row[0], (number, 0)
        for place, other in enumerate(heard, 1):
            (lost, before), (added, after) = row[place], row[place - 1]
            same = (diagonal[0] + (word != other), diagonal[1])
            diagonal = row[place]
            row[place] = min((lost + 1, before), (added + 1, after + 1), same)
    return row[-1]
