"""`python -m tests.interpreter.half_words`: no beginning of a word is shown for the word.

Human speech and sentences of the prepared talk are recognised eight times. The readings come every
800 ms, and 100 ms later each time, so that in the end the sound was cut at every 100 ms. Counted
are words that were shown and are the beginning or the end of the word that was said.
"""

import argparse
from collections.abc import Iterator
from datetime import date

import numpy as np

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.talk import rendered
from broadcaster.rehearsal.whisper.engine import Whisper
from broadcaster.rehearsal.whisper.hypothesis import SpeechModel
from broadcaster.rehearsal.whisper.model_files import find_model, usable_cores
from tests.benchmarks.cpu import machine
from tests.interpreter.hearing import delays_s
from tests.interpreter.human_speech import clips, plain_words, silence
from tests.interpreter.listening import Listening
from tests.interpreter.stepwise import recognised

_READING_MS, _CUT_MS = 800, 100
_PAUSE_MS = 900


def differences(said: list[str], heard: list[str]) -> Iterator[tuple[str, str]]:
    """The words that differ, each with the word in its place; an empty one for none."""
    costs = np.zeros((len(said) + 1, len(heard) + 1), int)
    costs[:, 0], costs[0] = range(len(said) + 1), range(len(heard) + 1)
    for row, word in enumerate(said, 1):
        for column, other in enumerate(heard, 1):
            same = costs[row - 1, column - 1] + (word != other)
            costs[row, column] = min(same, costs[row - 1, column] + 1, costs[row, column - 1] + 1)
    row, column = len(said), len(heard)
    while row or column:
        word, other = said[row - 1] if row else "", heard[column - 1] if column else ""
        both = row and column and costs[row - 1, column - 1] + (word != other) == costs[row, column]
        if both:
            row, column = row - 1, column - 1
        elif row and costs[row - 1, column] + 1 == costs[row, column]:
            row, other = row - 1, ""
        else:
            column, word = column - 1, ""
        if word != other:
            yield word, other


def sounds(language: str, sentences: int) -> tuple[bytes, str]:
    """Sentences with pauses, and their text."""
    if language == "en":
        spoken = clips()
    else:
        known = [one for one in talk.load().sentences if language in one.translations]
        spoken = [
            (rendered.load().sound(one.spoken_text(language), language), one.translations[language])
            for one in known[:sentences]
        ]
    pcm = b"".join(sound + silence(_PAUSE_MS) for sound, _ in spoken)
    return pcm, " ".join(text for _, text in spoken)


def report(model: SpeechModel, language: str, sentences: int) -> None:
    """Measure and print one language."""
    pcm, text = sounds(language, sentences)
    said, wrong = plain_words(text), 0
    halves, delays = list[tuple[str, str]](), list[float]()
    for first_ms in range(_CUT_MS, _READING_MS + 1, _CUT_MS):
        reports = recognised(model, pcm, step_ms=_READING_MS, first_ms=first_ms)
        listening = Listening(reports, 0.0)
        found = list(differences(said, plain_words(listening.text())))
        wrong += len(found)
        halves += [
            (word, other)
            for word, other in found
            if other and word != other and (word.startswith(other) or word.endswith(other))
        ]
        delays += [delay_s for _, delay_s in delays_s(listening)[0]]
    p50, p95 = np.percentile(delays, (50, 95))
    print(f"{language}: {wrong / len(said) / 8:.1%} of {len(said)} words wrong, halves: {halves}")
    print(f"    captions: p50 {p50:.2f} s, p95 {p95:.2f} s by the clock of the sound", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.interpreter.half_words")
    parser.add_argument("--sentences", type=int, default=5, help="of the prepared talk")
    parser.add_argument("--languages", nargs="*", default=["en", "es", "fr"])
    options = parser.parse_args()
    model = Whisper(find_model(None, usable_cores()), usable_cores())
    print(f"{date.today()}, {machine()}")  # noqa: DTZ011 - a day for people
    for language in options.languages:
        report(model, language, options.sentences)


if __name__ == "__main__":
    main()
