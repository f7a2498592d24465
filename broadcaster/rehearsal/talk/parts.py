"""Parts of sentences, cut between words, or between characters where words have no spaces."""

from dataclasses import dataclass

_CLOSING = frozenset(",;:.!?…»、。，；：！？」』）")


def units_of(text: str) -> list[str]:
    """The words of a text; the characters of one without spaces."""
    return text.split(" ") if " " in text else list(text)


def cut_at(text: str, share: float) -> int:
    """Return the number of units before a cut, which is never in front of a punctuation mark.

    Args:
        text: a sentence.
        share: of its units before the cut, 0 to 1.
    """
    units = units_of(text)
    cut = round(share * len(units))
    while cut < len(units) and _CLOSING.issuperset(units[cut]):
        cut += 1
    return cut


@dataclass(frozen=True, slots=True)
class TextPart:
    """A part of a sentence, or all of it.

    Attributes:
        sentence: all of it.
        begin: number of the first unit of the part, from 0; see `units_of`.
        end: number of the unit after its last one.
    """

    sentence: str
    begin: int
    end: int

    @classmethod
    def all_of(cls, sentence: str) -> "TextPart":
        """A sentence that was not cut."""
        return cls(sentence, 0, len(units_of(sentence)))

    @property
    def text(self) -> str:
        """Its words. Those of neighbouring parts together are the sentence."""
        joint = " " if " " in self.sentence else ""
        return joint.join(units_of(self.sentence)[self.begin : self.end])
