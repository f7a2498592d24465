"""Scores a channel against a reference, by sacrebleu and OmniSTEval, from the logs themselves."""

import importlib.util
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from broadcaster.errors import BroadcasterError
from broadcaster.model.language import FLOOR
from broadcaster.report.captions import SpokenCaption
from broadcaster.report.quality.emissions import emissions_of, hypothesis_log, segmentation
from broadcaster.report.quality.script import Sentence
from broadcaster.writing.scripts import base_language, spaces_between_words

_CHINESE = frozenset({"zh", "yue"})
_LIBRARIES = ("omnisteval", "sacrebleu")


@dataclass(frozen=True, slots=True)
class Scores:
    """The quality and the latency of one channel.

    Attributes:
        bleu: of all sentences together, from 0 to 100.
        bleu_signature: how sacrebleu computed it.
        chrf: from 0 to 100.
        chrf_signature: how sacrebleu computed it.
        long_yaal_text_ms: LongYAAL of the captions; None if no word counts.
        long_yaal_voice_ms: LongYAAL of the voice; None for the floor, too.
        units: `word`, or `char` in scripts without spaces.
        tokenizer: of BLEU.
        files: the logs from which all of this can be computed again, by name.
    """

    bleu: float
    bleu_signature: str
    chrf: float
    chrf_signature: str
    long_yaal_text_ms: float | None
    long_yaal_voice_ms: float | None
    units: str
    tokenizer: str
    files: Mapping[str, str]


def require_scorers() -> None:
    """Check that the libraries are there.

    Raises:
        BroadcasterError: one is missing.
    """
    missing = [name for name in _LIBRARIES if importlib.util.find_spec(name) is None]
    if missing:
        raise BroadcasterError(
            f"what compares with a reference is not installed: {', '.join(missing)}",
            hint='Install it: pip install "conference-broadcaster[report]"',
        )


def score(
    captions: Sequence[SpokenCaption],
    channel: str,
    language: str,
    sentences: Sequence[Sentence],
    reference: Sequence[str],
    source: str,
) -> Scores:
    """Score a channel; the floor's captions can be compared with the script itself.

    Args:
        captions: of the channel.
        channel: `floor` or a tag.
        language: its tag; empty if it is unknown.
        sentences: of the original, with their times.
        reference: the translation of each of them.
        source: name for the recording in the logs.

    Raises:
        BroadcasterError: the libraries are missing.
    """
    require_scorers()
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    spaced = spaces_between_words(language)
    emissions = emissions_of(captions, language)
    lines = reference if spaced else ["".join(one.split()) for one in reference]
    ends_ms = max(one.end_ms for one in sentences)
    logs = {
        f"{channel}.text.jsonl": hypothesis_log(emissions, language, source, ends_ms, heard=False),
        f"{channel}.segments.json": segmentation(sentences, source),
        f"{channel}.reference.txt": "\n".join(lines) + "\n",
        f"{channel}.source.txt": "\n".join(one.text for one in sentences) + "\n",
    }
    if channel != FLOOR:
        logs[f"{channel}.voice.jsonl"] = hypothesis_log(
            emissions, language, source, ends_ms, heard=True
        )
    with TemporaryDirectory(prefix="broadcaster-report-") as folder:
        for name, text in logs.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        text_found = _resegmented(Path(folder) / f"{channel}.text.jsonl", by_letter=not spaced)
        voice = Path(folder) / f"{channel}.voice.jsonl"
        voice_found = _resegmented(voice, by_letter=not spaced) if voice.name in logs else []
    tokenizer = "13a" if spaced else "zh" if base_language(language) in _CHINESE else "char"
    hypotheses = [one.prediction for one in text_found]
    references = [[one.reference for one in text_found]]
    bleu, chrf = BLEU(tokenize=tokenizer), CHRF()
    logs[f"{channel}.hypothesis.txt"] = "\n".join(hypotheses) + "\n"
    return Scores(
        bleu=bleu.corpus_score(hypotheses, references).score,
        bleu_signature=str(bleu.get_signature()),
        chrf=chrf.corpus_score(hypotheses, references).score,
        chrf_signature=str(chrf.get_signature()),
        long_yaal_text_ms=_long_yaal(text_found),
        long_yaal_voice_ms=_long_yaal(voice_found) if voice_found else None,
        units="word" if spaced else "char",
        tokenizer=tokenizer,
        files=logs,
    )


def _resegmented(log: Path, *, by_letter: bool) -> list[Any]:
    """The channel's text divided at the sentences of the reference, as OmniSTEval does it."""
    from omnisteval import resegment
    from omnisteval.io import load_resegmentation_inputs

    channel = log.name.partition(".")[0]
    reference, hypothesis, segments, lines = load_resegmentation_inputs(
        str(log.with_name(f"{channel}.segments.json")),
        None,
        str(log.with_name(f"{channel}.reference.txt")),
        str(log),
        char_level=by_letter,
    )
    instances, _ = resegment(reference, hypothesis, segments, lines, char_level=by_letter)
    return list(instances)


def _long_yaal(instances: Sequence[Any]) -> float | None:
    from omnisteval import YAALScorer

    found = float(YAALScorer(is_longform=True)(instances))
    return None if math.isnan(found) else found
