"""Translating what a recogniser of many languages heard."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.hearing.recognition import Recognition
from broadcaster.rehearsal.speaking.interpreter import TalkInterpreter
from broadcaster.rehearsal.speaking.voice import RehearsalVoice
from broadcaster.rehearsal.words.apertium import Apertium
from broadcaster.rehearsal.words.free_translation import FreeTranslation

TALK = talk.load()
FREE = Recognition("words", 0, 900, text="La biblioteca está cerrada.", language="es")
KNOWN = Recognition("words", 0, 900, text="Clean water is not a gift.", language="en", matched=5)


@pytest.fixture
async def interpreter() -> AsyncIterator[TalkInterpreter]:
    voice = RehearsalVoice()
    yield TalkInterpreter(TALK, voice, FreeTranslation(Apertium(), frozenset()))
    await voice.close()


async def test_english_is_what_the_recogniser_made_of_it(interpreter: TalkInterpreter) -> None:
    heard = replace(FREE, english="The library is closed.")
    said = await interpreter.interpret(heard, "en")
    assert said is not None
    assert said.text == "The library is closed."
    assert said.pcm


async def test_what_is_in_the_target_language_already_is_not_said(
    interpreter: TalkInterpreter,
) -> None:
    assert await interpreter.interpret(FREE, "es") is None


async def test_a_language_without_a_translator_is_silent(interpreter: TalkInterpreter) -> None:
    assert await interpreter.interpret(FREE, "de") is None
    assert await interpreter.interpret(FREE, "en") is None


async def test_a_sentence_of_the_talk_has_its_translation(interpreter: TalkInterpreter) -> None:
    said = await interpreter.interpret(KNOWN, "de")
    assert said is not None
    assert said.text == TALK.sentences[5].translations["de"]
    assert interpreter.original(KNOWN) == "Clean water is not a gift."
