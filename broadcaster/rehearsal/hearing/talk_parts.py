"""The sentences of the talk in the words of a recording that was cut anywhere."""

from collections.abc import Sequence

from broadcaster.rehearsal.hearing.recognition import Recognition
from broadcaster.rehearsal.hearing.script import Script, Word


def talk_parts(script: Script, words: Sequence[Word]) -> list[Recognition]:
    """Return the parts of sentences, in order; empty if most words are not of the talk."""
    return [
        Recognition(
            "sentence",
            part.start_ms,
            part.end_ms,
            index=part.index,
            begin=part.begin / part.length,
            end=part.end / part.length,
        )
        for part in script.parts(words)
    ]
