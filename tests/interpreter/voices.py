"""`python -m tests.interpreter.voices`: how well the voices of the prepared talk are understood.

Whisper base hears each sentence by itself, without the others for context. Its own errors are in
the figures, so they compare voices and are no measure of a voice alone.
"""

import argparse
import asyncio
from collections import Counter
from dataclasses import dataclass

import numpy as np

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.speaking.voice import RehearsalVoice, render_all
from broadcaster.rehearsal.talk import rendered
from tests.benchmarks.tables import Table, write
from tests.interpreter.documents import DOCUMENT
from tests.interpreter.judging import Listener, errors, level_dbfs, pitch_hz
from tests.support.sound import samples

_COMMAND = "python -m tests.interpreter.voices --write"
_NOTE = (
    "Errors are of words; in Chinese and Japanese of sounds, because one sound has several "
    "characters. *Taken for* is how often Whisper found the language by itself."
)


@dataclass(frozen=True)
class Judged:
    """All sentences of one language.

    Attributes:
        wrong: words that were not understood.
        said: words in all.
        right: sentences whose language was found.
        others: languages that sentences were taken for instead.
    """

    wrong: int
    said: int
    right: int
    others: tuple[str, ...]


def judged(listener: Listener, texts: list[str], sounds: list[bytes], language: str) -> Judged:
    """Have the sentences heard."""
    wrong = said = 0
    found = Counter[str]()
    for text, pcm in zip(texts, sounds, strict=True):
        heard, likely = listener.hear(pcm, language)
        missed, count = errors(text, heard, language)
        wrong, said = wrong + missed, said + count
        found[max(likely, key=lambda one: likely[one])] += 1
    return Judged(wrong, said, found.pop(language, 0), tuple(sorted(found)))


async def simply(texts: list[str], language: str) -> list[bytes]:
    """The same by the simple voice."""
    voice = RehearsalVoice()
    try:
        return [await voice.speak(text, language) for text in texts]
    finally:
        await voice.close()


async def row(listener: Listener, language: str, *, compare: bool) -> tuple[str, ...]:
    """The figures of one language."""
    sentences = [one for one in talk.load().sentences if language in one.translations]
    written = [one.translations[language] for one in sentences]
    read = [one.spoken_text(language) for one in sentences]
    ahead = language in rendered.load().languages()
    sounds = await asyncio.to_thread(render_all, read, language)
    result = await asyncio.to_thread(judged, listener, written, sounds, language)
    sound = samples(b"".join(sounds))
    plain = "–"
    if compare and ahead:
        simple = await simply(read, language)
        other = await asyncio.to_thread(judged, listener, written, simple, language)
        plain = f"{other.wrong / other.said:.1%}"
    return (
        language,
        "Kokoro, rendered ahead" if ahead else "espeak-ng",
        f"{len(sound) / 24_000:.0f} s",
        f"{level_dbfs(sound):.1f} dBFS",
        f"{pitch_hz(sound):.0f} Hz",
        f"{result.wrong / result.said:.1%} of {result.said}",
        plain,
        f"{result.right} of {len(read)}" + (f" ({', '.join(result.others)})" * bool(result.others)),
    )


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.interpreter.voices")
    parser.add_argument("--languages", nargs="*", default=sorted(talk.load().languages() | {"en"}))
    parser.add_argument("--alone", action="store_true", help="without the simple voice")
    parser.add_argument("--write", action="store_true", help=f"into {DOCUMENT.name}")
    options = parser.parse_args()
    listener = await asyncio.to_thread(Listener)
    rows = []
    for language in options.languages:
        rows.append(await row(listener, language, compare=not options.alone))
        print(" | ".join(rows[-1]), flush=True)
    table = Table(
        "voices",
        "The voices of the prepared talk",
        _COMMAND,
        (
            *("language", "voice", "speech", "level", "pitch", "not understood"),
            *("by espeak-ng", "taken for the language"),
        ),
        tuple(rows),
        _NOTE,
    )
    print(table.markdown())
    if options.write:
        write(table, DOCUMENT)


if __name__ == "__main__":
    np.seterr(invalid="raise")
    asyncio.run(main())
