"""Scores translated texts against a reference, by sacrebleu."""

import importlib.util
from collections.abc import Sequence

from broadcaster.errors import BroadcasterError


def text_chrf(translations: Sequence[str], reference: Sequence[str]) -> tuple[float, str]:
    """The chrF of texts, from 0 to 100, and how sacrebleu computed it.

    Args:
        translations: in order.
        reference: the translation of each by a person.

    Raises:
        BroadcasterError: the library is missing.
    """
    if importlib.util.find_spec("sacrebleu") is None:
        raise BroadcasterError(
            "what compares with a reference is not installed: sacrebleu",
            hint='Install it: pip install "conference-broadcaster[report]"',
        )
    from sacrebleu.metrics.chrf import CHRF

    chrf = CHRF()
    score = chrf.corpus_score(list(translations), [list(reference)]).score
    return score, str(chrf.get_signature())
