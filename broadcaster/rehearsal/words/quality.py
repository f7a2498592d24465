"""The word for a measured quality.

chrF (Popović 2015) compares characters, so the same score means less in scripts that write a word
with one or two of them. The limits are ours; nobody has compared them with what readers say.
"""

from typing import Literal

Quality = Literal["good", "gist", "poor", "not_measured"]

_GOOD, _GIST = 70.0, 45.0
_DENSE = frozenset({"ja", "zh", "yue", "ko", "th", "lo", "km", "my"})
_DENSE_GOOD, _DENSE_GIST = 38.0, 22.0


def quality_of(chrf: float | None, language: str) -> Quality:
    """The quality to expect.

    Args:
        chrf: from 0 to 100; None if it was not measured.
        language: ISO 639 code of the target language.
    """
    if chrf is None:
        return "not_measured"
    good, gist = (_DENSE_GOOD, _DENSE_GIST) if language in _DENSE else (_GOOD, _GIST)
    return "good" if chrf >= good else "gist" if chrf >= gist else "poor"
