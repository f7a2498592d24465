"""`python -m tests.interpreter.cut_voices`: how well halves of rendered sentences are heard.

The conversations of a rehearsal cut the sentences of the prepared talk. Whisper base hears both
halves of each, as it hears all of it in `tests.interpreter.voices`. It understands a half by itself
less well than a sentence, whoever speaks, so the simple voice's halves are in the table, too.
"""

import argparse
import asyncio

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.talk import rendered
from broadcaster.rehearsal.talk.parts import TextPart, units_of
from tests.benchmarks.tables import Table, write
from tests.interpreter.documents import DOCUMENT
from tests.interpreter.judging import Listener
from tests.interpreter.voices import Judged, judged, simply

_COMMAND = "python -m tests.interpreter.cut_voices --write"
_NOTE = (
    "Errors are of words; in Chinese and Japanese of sounds. Whisper guesses more in a half alone "
    "than in a whole sentence, whoever speaks."
)


def halves(text: str) -> tuple[TextPart, TextPart]:
    """A sentence that was cut in the middle of its words."""
    count = len(units_of(text))
    return TextPart(text, 0, count // 2), TextPart(text, count // 2, count)


def share(one: Judged) -> str:
    """The share of words that was not understood."""
    return f"{one.wrong / one.said:.1%} of {one.said}"


async def row(listener: Listener, language: str) -> tuple[str, ...]:
    """The figures of one language."""
    texts = [
        one.spoken_text(language) for one in talk.load().sentences if language in one.translations
    ]
    voices = rendered.load()
    parts = [part for text in texts for part in halves(text)]
    written = [part.text for part in parts]

    def hear(said: list[str], sounds: list[bytes]) -> Judged:
        return judged(listener, said, sounds, language)

    cut = await asyncio.to_thread(hear, written, [voices.part(one, language) for one in parts])
    simple = await asyncio.to_thread(hear, written, await simply(written, language))
    return language, str(len(parts)), share(cut), share(simple)


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.interpreter.cut_voices")
    known = sorted(rendered.load().languages())
    parser.add_argument("--languages", nargs="*", default=known, choices=known)
    parser.add_argument("--write", action="store_true", help=f"into {DOCUMENT.name}")
    options = parser.parse_args()
    listener = await asyncio.to_thread(Listener)
    rows = []
    for language in options.languages:
        rows.append(await row(listener, language))
        print(" | ".join(rows[-1]), flush=True)
    table = Table(
        "cut-voices",
        "Sentences cut in two",
        _COMMAND,
        ("language", "halves", "not understood", "by espeak-ng"),
        tuple(rows),
        _NOTE,
    )
    print(table.markdown())
    if options.write:
        write(table, DOCUMENT)


if __name__ == "__main__":
    asyncio.run(main())
