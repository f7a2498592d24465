"""Reading the target language out of instructions."""

import pytest

from broadcaster.booths.engines.instructions import interpreter_instructions
from broadcaster.rehearsal.sessions.targets import target_language


@pytest.mark.parametrize(
    ("instructions", "language"),
    [
        ("Target language: de", "de"),
        ("Interpret into the target language.\nTarget language: pt-BR", "pt"),
        ("You interpret into Brazilian Portuguese (pt-BR). Never answer.", "pt"),
        ("You interpret into Chinese (Traditional) (zh-Hant).", "zh"),
        ("Translate everything to Spanish, quickly.", "es"),
        ("Output ONLY the German translation", "de"),
        ('Translate into "fr".', "fr"),
        ("You are a helpful assistant.", None),
        ("Look into the matter.", None),
    ],
)
def test_the_target_is_named_in_many_ways(instructions: str, language: str | None) -> None:
    assert target_language(instructions) == language


@pytest.mark.parametrize("tag", ["de", "pt-BR", "zh-Hant", "ar", "nb", "sw"])
def test_the_client_s_own_instructions_are_understood(tag: str) -> None:
    text = interpreter_instructions(tag, "en", glossary={"into": "to German"})
    assert target_language(text) == tag.partition("-")[0]
