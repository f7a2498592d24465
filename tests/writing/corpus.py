"""Sentences in 22 languages, in the style of a declaration of rights and of a talk."""

import json
from pathlib import Path

from tests.structure import ROOT

_OWN = Path(__file__).with_name("sentences.json")


def talk() -> dict[str, list[str]]:
    """Return the prepared talk's sentences, by language."""
    data = json.loads((ROOT / "rehearsal/talk/talk.json").read_text())
    sentences: dict[str, list[str]] = {"en": [one["text"] for one in data["sentences"]]}
    for one in data["sentences"]:
        for language, text in one["translations"].items():
            sentences.setdefault(language, []).append(text)
    return sentences


def corpus() -> dict[str, list[str]]:
    """Return all sentences, by language."""
    own: dict[str, list[str]] = json.loads(_OWN.read_text())
    found = {language: list(sentences) for language, sentences in own.items()}
    for language, sentences in talk().items():
        found[language] += sentences
    return found
