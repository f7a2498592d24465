"""The script of a talk and its translations, sentence by sentence, with their times."""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from broadcaster.errors import BroadcasterError
from broadcaster.report.captions import SpokenCaption
from broadcaster.writing.words import pieces

LARGEST_BYTES = 2_000_000
"""A script of ten hours of speech has 600 kB."""
_NO_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a script, where it was said on the floor.

    Attributes:
        text: of the original.
        start_ms: event clock.
        end_ms: event clock, later.
    """

    text: str
    start_ms: int
    end_ms: int


def read_lines(path: Path) -> list[str]:
    """The sentences of a file with one in each line; empty lines are left out.

    Raises:
        BroadcasterError: the file cannot be used.
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise BroadcasterError(
                f"{path} is larger than {LARGEST_BYTES // 1_000_000} MB",
                hint="Give a text file with one sentence in each line.",
            )
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as wrong:
        reason = wrong.strerror if isinstance(wrong, OSError) else "it is not UTF-8"
        raise BroadcasterError(
            f"{path} cannot be read: {reason}",
            hint="Give a text file with one sentence in each line.",
        ) from None
    lines = [line for one in text.splitlines() if (line := " ".join(one.split()))]
    if not lines:
        raise BroadcasterError(f"{path} is empty", hint="Write one sentence in each line.")
    return lines


def check_references(script: Sequence[str], references: Mapping[str, Sequence[str]]) -> None:
    """Check that each line of a translation belongs to a line of the script.

    Raises:
        BroadcasterError: a file has more or fewer lines.
    """
    for language, lines in references.items():
        if len(lines) != len(script):
            raise BroadcasterError(
                f"the script has {len(script)} sentences, its reference in “{language}” "
                f"{len(lines)}",
                hint="Write the translation of each line of the script in the same line.",
            )


def place(script: Sequence[str], floor: Sequence[SpokenCaption]) -> list[Sentence]:
    """Find when the sentences of a script were said, by the captions of the floor.

    The words of both are matched. A sentence of which no word is found lies between its
    neighbours.

    Args:
        script: in the order of speech.
        floor: captions of the original.

    Raises:
        BroadcasterError: the floor did not say the script.
    """
    spoken = [word for caption in floor for word in _spoken_words(caption)]
    of_script = [
        (number, word) for number, line in enumerate(script) for word in _folded_words(line)
    ]
    matcher = SequenceMatcher(None, [w for _, w in of_script], [one.text for one in spoken])
    found: dict[int, list[Sentence]] = {}
    for block in matcher.get_matching_blocks():
        for step in range(block.size):
            number = of_script[block.a + step][0]
            found.setdefault(number, []).append(spoken[block.b + step])
    if not found:
        raise BroadcasterError(
            "no sentence of the script is in the captions of the floor",
            hint="Give the script of what was said, and let the event write source captions.",
        )
    known = {
        number: (words[0].start_ms, words[-1].end_ms) for number, words in sorted(found.items())
    }
    return [
        Sentence(line, *(known.get(number) or _between(number, known)))
        for number, line in enumerate(script)
    ]


def _between(number: int, known: Mapping[int, tuple[int, int]]) -> tuple[int, int]:
    """A time for a sentence that was not found, evenly between those that were."""
    numbers = list(known)
    after = bisect_left(numbers, number)
    last = numbers[after - 1] if after else -1
    following = numbers[after] if after < len(numbers) else number + 1
    begin_ms = known[last][1] if after else 0
    end_ms = known[following][0] if after < len(numbers) else begin_ms + 1_000
    share = max(end_ms - begin_ms, following - last - 1) // (following - last - 1)
    start_ms = begin_ms + share * (number - last - 1)
    return start_ms, start_ms + max(1, share)


def _spoken_words(caption: SpokenCaption) -> list[Sentence]:
    """The words of a caption, each with its time; the text is said at an even pace."""
    words: list[Sentence] = []
    end = 0
    for piece in pieces(caption.text):
        start, end = end, end + len(piece)
        if folded := _NO_LETTER.sub("", piece).casefold():
            words.append(Sentence(folded, caption.spoken_ms(start), caption.spoken_ms(end)))
    return words


def _folded_words(line: str) -> list[str]:
    return [word for one in pieces(line) if (word := _NO_LETTER.sub("", one).casefold())]
