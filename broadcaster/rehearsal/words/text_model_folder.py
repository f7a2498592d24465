"""A translation model in a folder, as CTranslate2's converters leave it.

The weights are in `model.bin`, with the vocabulary next to them. The pieces of words come from
SentencePiece: `source.spm` and `target.spm` of OPUS-MT, or one file for both sides. Argos packages
have the weights in a folder `model` and tell their languages in `metadata.json`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from babel import Locale

from broadcaster.rehearsal.words.language_marks import LanguageMarks, Marking, iso_code, marks_in
from broadcaster.rehearsal.words.model_card import ModelCard

WEIGHTS = "model.bin"
_KIND = b"TransformerSpec\0"
_HEADER_BYTES = 64
_MOST_JSON_BYTES = 64_000_000
_OPUS = ("source.spm", "target.spm")
_SHARED = (
    "sentencepiece.model",
    "sentencepiece.bpe.model",
    "spiece.model",
    "flores200_sacrebleu_tokenizer_spm.model",
    "spm.model",
)
_VOCABULARIES = ("shared_vocabulary", "target_vocabulary")
_ARGOS = "metadata.json"
_PAIR = re.compile(r"(?:.*[-_])?([a-z]{2,3})[-_]([a-z]{2,3})")
_GIVEN = re.compile(r"([a-z]{2,3})-([a-z]{2,3}(?:,[a-z]{2,3})*)")


class UnusableModel(ValueError):
    """A folder has a translation model that cannot be used; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class TextModelFolder:
    """A translation model.

    Attributes:
        name: of its folder.
        weights: the folder with `model.bin`.
        source_pieces: SentencePiece file of the source.
        target_pieces: the same of the target.
        end: token that ends the source; empty if the model needs none or adds it.
        marks: tokens of languages.
        sources: ISO 639 codes it translates from.
        targets: ISO 639 codes it translates into.
        size_bytes: of the weights.
        card: the notes about it.
    """

    name: str
    weights: Path
    source_pieces: Path
    target_pieces: Path
    end: str
    marks: LanguageMarks
    sources: frozenset[str]
    targets: frozenset[str]
    size_bytes: int
    card: ModelCard

    def translates(self, source: str, target: str) -> bool:
        """Whether it translates from one language into another."""
        return source != target and source in self.sources and target in self.targets


def has_text_model(folder: Path) -> bool:
    """Whether the folder has the weights of a translation model."""
    weights = _weights_folder(folder) / WEIGHTS
    try:
        if not weights.is_file():
            return False
        with weights.open("rb") as file:
            return _KIND in file.read(_HEADER_BYTES)
    except OSError:
        return False


def read_text_model(folder: Path, languages: str = "") -> TextModelFolder:
    """The translation model in a folder; reads its vocabulary.

    Args:
        folder: of the model; `has_text_model` is true for it.
        languages: `en-de` or `en-fr,es,it`; without it the card, the files and the name tell.

    Raises:
        UnusableModel: a file is missing or cannot be read, or nothing tells the languages.
    """
    weights = _weights_folder(folder)
    source_pieces, target_pieces = _pieces(folder, weights)
    try:
        card = ModelCard.read(folder)
        settings = _mapping(weights / "config.json")
        marks = marks_in(_vocabulary(weights))
        given = languages or card.languages or _told_languages(folder)
    except (OSError, ValueError, RecursionError) as wrong:
        raise UnusableModel(f"the model {folder.name} cannot be used: {wrong}") from None
    sources, targets = _languages(folder.name, given, marks)
    argos = source_pieces.name not in _OPUS and marks.marking is Marking.NONE
    return TextModelFolder(
        name=folder.name,
        weights=weights,
        source_pieces=source_pieces,
        target_pieces=target_pieces,
        end="" if argos or settings.get("add_source_eos") else "</s>",
        marks=marks,
        sources=sources,
        targets=targets,
        size_bytes=(weights / WEIGHTS).stat().st_size,
        card=card,
    )


def _weights_folder(folder: Path) -> Path:
    inner = folder / "model"
    return inner if (inner / WEIGHTS).is_file() else folder


def _pieces(folder: Path, weights: Path) -> tuple[Path, Path]:
    for place in (folder, weights):
        opus = tuple(place / name for name in _OPUS)
        if all(one.is_file() for one in opus):
            return opus[0], opus[1]
        for name in _SHARED:
            if (place / name).is_file():
                return place / name, place / name
    raise UnusableModel(
        f"the model {folder.name} has no SentencePiece file: copy source.spm and target.spm, or "
        f"{_SHARED[0]}, next to {WEIGHTS}"
    )


def _vocabulary(weights: Path) -> list[str]:
    """The tokens of the translation.

    Raises:
        ValueError: the file is missing or damaged.
        OSError: it cannot be read.
    """
    for name in _VOCABULARIES:
        plain, listed = weights / f"{name}.txt", weights / f"{name}.json"
        if listed.is_file():
            tokens = json.loads(_text(listed))
            if not isinstance(tokens, list):
                raise UnusableModel(f"{listed.name} is not a list of tokens")
            return [str(token) for token in tokens]
        if plain.is_file():
            return _text(plain).split("\n")
    raise ValueError(f"{_VOCABULARIES[0]}.json is missing")


def _languages(
    name: str, given: str, marks: LanguageMarks
) -> tuple[frozenset[str], frozenset[str]]:
    known = frozenset(marks.tokens)
    if not given and marks.marking is Marking.BOTH:
        return known, known
    if not given and any(token.startswith("<2") for token in marks.tokens.values()):
        return known, known
    match = _GIVEN.fullmatch(given)
    if match is None:
        wrong = f"“{given}” is not such a pair" if given else "nothing tells them"
        raise UnusableModel(
            f"the languages of the model {name} are not known ({wrong}): write them as en-de or "
            "en-fr,es,it"
        )
    source, targets = iso_code(match[1]), frozenset(map(iso_code, match[2].split(",")))
    strange = sorted(one for one in {source, *targets} if not _is_language(one))
    if strange:
        raise UnusableModel(f"{', '.join(strange)} is not the code of a language")
    if source in targets:
        raise UnusableModel(f"the model {name} would translate {source} into itself")
    if marks.marking is Marking.NONE:
        if len(targets) > 1:
            raise UnusableModel(f"the model {name} cannot choose among {match[2]}")
        return frozenset({source}), targets
    missing = sorted(targets - known)
    if missing:
        raise UnusableModel(f"the model {name} has no token for {', '.join(missing)}")
    return frozenset({source}), targets


def _told_languages(folder: Path) -> str:
    """The pair that Argos's notes or the name of the folder tell; empty if they do not.

    Raises:
        ValueError: the notes cannot be read.
        OSError: the same.
    """
    notes = folder / _ARGOS
    if notes.is_file():
        told = _mapping(notes)
        if told.get("from_code") and told.get("to_code"):
            return f"{told['from_code']}-{told['to_code']}"
    match = _PAIR.fullmatch(folder.name)
    if match and all(_is_language(iso_code(one)) for one in match.groups()):
        return f"{match[1]}-{match[2]}"
    return ""


def _is_language(code: str) -> bool:
    return code in Locale("en").languages


def _mapping(path: Path) -> Mapping[str, object]:
    if not path.is_file():
        return {}
    found = json.loads(_text(path))
    if not isinstance(found, dict):
        raise UnusableModel(f"{path.name} is not a JSON object")
    return found


def _text(path: Path) -> str:
    if path.stat().st_size > _MOST_JSON_BYTES:
        raise ValueError(f"{path.name} is too large")
    return path.read_text(encoding="utf-8")
