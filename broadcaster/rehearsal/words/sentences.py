"""Cuts text into sentences: translation models were trained on single ones and drop the rest."""

import re

_TITLES = ("Mr.", "Mrs.", "Ms.", "Dr.", "St.", "Prof.", "Sr.", "Sra.", "Mme.")
_NO_END = "".join(f"(?<!{re.escape(title)})" for title in _TITLES)
_END = re.compile(rf"(?:(?<=[.?!…])|(?<=[.?!…][\"'”’»)])){_NO_END}\s+|(?<=[。？！؟।])")
_LONGEST_CHARACTERS = 400


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, in order. A very long one is cut after a word."""
    found = []
    for sentence in _END.split(text):
        rest = sentence.strip()
        while len(rest) > _LONGEST_CHARACTERS:
            cut = rest.rfind(" ", 1, _LONGEST_CHARACTERS)
            cut = cut if cut > 0 else _LONGEST_CHARACTERS
            found.append(rest[:cut].strip())
            rest = rest[cut:].strip()
        found.append(rest)
    return [one for one in found if one]
