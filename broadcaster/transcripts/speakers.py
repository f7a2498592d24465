"""The names of speakers in files: once, where another person begins to speak."""

import unicodedata
from collections.abc import Iterable, Iterator
from html import escape

from broadcaster.model.caption import Caption

_LEFT_TO_RIGHT, _RIGHT_TO_LEFT = "\u200e", "\u200f"
_CONTROLS = dict.fromkeys([*range(32), 127])
"""Characters that XML and players cannot hold."""


def with_new_names(captions: Iterable[Caption]) -> Iterator[tuple[Caption, str]]:
    """Captions in the order of speech, each with a name if that is another one than before."""
    before = ""
    for caption in captions:
        name = speaker_of(caption)
        yield caption, name if name != before else ""
        before = name


def speaker_of(caption: Caption) -> str:
    """The name of a caption's speaker in one line; empty for none."""
    return " ".join(caption.speaker.translate(_CONTROLS).split())


def introduced(name: str, text: str) -> str:
    """A text after the name of its speaker.

    Programs take the direction of a line from its first letter, so a mark goes before a name in
    another one (UAX #9, rule P2).

    Args:
        name: empty to leave the text as it is.
        text: what the person said.
    """
    if not name:
        return text
    of_text, of_name = _is_right_to_left(text), _is_right_to_left(name)
    mark = ""
    if of_text and not of_name:
        mark = _RIGHT_TO_LEFT
    elif of_name and of_text is False:
        mark = _LEFT_TO_RIGHT
    return f"{mark}{name}: {text}"


def named_markup(name: str) -> str:
    """The name of a speaker before a text of HTML; empty for no name."""
    return f"<b><bdi>{escape(name, quote=False)}</bdi>:</b> " if name else ""


def _is_right_to_left(text: str) -> bool | None:
    """The direction of the first letter that has one; None without such a letter."""
    for kind in map(unicodedata.bidirectional, text):
        if kind in {"L", "R", "AL"}:
            return kind != "L"
    return None
