"""The time at which text is spoken: the interface between sound and captions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class TextPlace(Protocol):
    """The time in which a fragment of text is spoken.

    A place inside the fragment is given by the number of characters that follow it there.
    """

    def starts_ms(self, left: int) -> int:
        """Event clock, when the last `left` characters of the fragment start."""

    def ends_ms(self, left: int) -> int:
        """Event clock, when the characters before the last `left` end."""


@dataclass(frozen=True, slots=True)
class SingleTime:
    """Text of which only one time is known."""

    at_ms: int

    def starts_ms(self, left: int) -> int:  # noqa: ARG002
        """See `TextPlace`."""
        return self.at_ms

    def ends_ms(self, left: int) -> int:  # noqa: ARG002
        """See `TextPlace`."""
        return self.at_ms


@dataclass(frozen=True, slots=True)
class WholeTime:
    """Text whose start and end are known, and no time between them."""

    start_ms: int
    end_ms: int

    def starts_ms(self, left: int) -> int:  # noqa: ARG002
        """See `TextPlace`."""
        return self.start_ms

    def ends_ms(self, left: int) -> int:  # noqa: ARG002
        """See `TextPlace`."""
        return self.end_ms


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A fragment of text and where it is spoken."""

    text: str
    place: TextPlace


@dataclass(frozen=True, slots=True)
class JoinedPlace:
    """The place of a text that came in several fragments, at least one."""

    fragments: Sequence[PlacedText]

    def starts_ms(self, left: int) -> int:
        """See `TextPlace`."""
        for fragment in reversed(self.fragments):
            if left <= len(fragment.text):
                return fragment.place.starts_ms(left)
            left -= len(fragment.text)
        return self.fragments[0].place.starts_ms(len(self.fragments[0].text))

    def ends_ms(self, left: int) -> int:
        """See `TextPlace`."""
        for fragment in reversed(self.fragments):
            if left < len(fragment.text):
                return fragment.place.ends_ms(left)
            left -= len(fragment.text)
        return self.fragments[0].place.starts_ms(len(self.fragments[0].text))
