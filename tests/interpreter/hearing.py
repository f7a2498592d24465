"""`python -m tests.interpreter.hearing`: word errors, delay and cost of the local recogniser.

Human speech is played in real time, clip after clip with pauses. The delay is that of a word on the
captions, from its end in the sound to the report that shows it, and that of a whole phrase, which
is when a translation can begin.
"""

import argparse
import asyncio
from datetime import date

import numpy as np

from tests.benchmarks.cpu import machine
from tests.interpreter.human_speech import clips, plain_words, silence, word_errors
from tests.interpreter.listening import Listening, listen

_PAUSE_MS = 900


def delays_s(listening: Listening) -> tuple[list[tuple[float, float]], list[float]]:
    """The time and the delay of words on the captions; the delays of whole phrases."""
    words, phrases, shown = list[tuple[float, float]](), list[float](), 0
    for report in listening.reports:
        heard = report.heard
        texts = heard.text.split(" ")
        step_ms = (heard.end_ms - heard.start_ms) / len(texts)
        for number in range(shown, len(texts)):
            end_ms = heard.start_ms + (number + 1) * step_ms
            words.append((end_ms / 1000, (report.at_ms - end_ms) / 1000))
        shown = len(texts) if heard.kind == "begun" else 0
        if heard.kind == "words":
            phrases.append((report.at_ms - heard.end_ms) / 1000)
    return words, phrases


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.interpreter.hearing")
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--models", default="")
    options = parser.parse_args()
    sound, said = b"", list[str]()
    spoken = clips()
    while len(sound) < options.minutes * 60 * 48_000:
        for pcm, text in spoken:
            sound += pcm + silence(_PAUSE_MS)
            said += plain_words(text)
    listening = await listen(sound, real_time=True, models_dir=options.models)
    words, phrases = delays_s(listening)
    errors = word_errors(said, plain_words(listening.text()))
    seconds = len(sound) / 48_000
    times, waits = np.array(words).T
    slope = np.polyfit(times / 60, waits, 1)[0]
    print(f"{date.today()}, {machine()}")  # noqa: DTZ011 - a day for people
    print(f"{seconds:.0f} s of speech, {len(said)} words: {errors / len(said):.1%} word errors")
    print("captions: p50 {:.1f} s, p95 {:.1f} s".format(*np.percentile(waits, (50, 95))))
    print("phrases:  p50 {:.1f} s, p95 {:.1f} s".format(*np.percentile(phrases, (50, 95))))
    print(f"slope of the captions' delay: {slope * 1000:+.0f} ms a minute")
    print(f"processor: {listening.cpu_s / seconds:.2f} s per second of sound")


if __name__ == "__main__":
    asyncio.run(main())
