"""Translating by models in a folder: every layout, in the process that the interpreter uses."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.hearing.recognition import Recognition
from broadcaster.rehearsal.speaking.interpreter import TalkInterpreter
from broadcaster.rehearsal.speaking.voice import RehearsalVoice
from broadcaster.rehearsal.words.abilities import abilities
from broadcaster.rehearsal.words.apertium import Apertium
from broadcaster.rehearsal.words.free_translation import FreeTranslation
from broadcaster.rehearsal.words.model_card import Measured, ModelCard
from broadcaster.rehearsal.words.text_model_folder import TextModelFolder
from broadcaster.rehearsal.words.text_models import TextModels, find_text_models
from broadcaster.rehearsal.worker_process import WorkerFailed
from tests.rehearsal.words.tiny_models import argos_model, opus_model, shared_model
from tests.support.deadline import deadline

TALK = talk.load()
MORNING = "Good morning to you"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("models")
    opus_model(made / "opus-mt-en-de", "Guten Morgen Ihnen")
    argos_model(made / "translate-en_nl", "Goedemorgen allemaal")
    shared_model(
        made / "nllb",
        {"eng_Latn": "Good day", "fin_Latn": "Huomenta teille", "zho_Hans": "早上好 大家"},
        start="</s>",
    )
    shared_model(made / "madlad", {"<2sv>": "God morgon", "<2pl>": "Dzień dobry"})
    romance = shared_model(
        made / "opus-mt-en-ROMANCE",
        {">>ron<<": "Bună dimineața", ">>por<<": "Bom dia"},
    )
    ModelCard(languages="en-ro,pt").write(romance)
    (made / ".adding-1").mkdir()
    (made / "unfinished").mkdir()
    (made / "unfinished" / "model.bin").write_bytes(b"\x06\0\0\0\x10\0TransformerSpec\0")
    return made


@pytest.fixture(scope="module")
def found(folder: Path) -> tuple[TextModelFolder, ...]:
    models, problems = find_text_models(folder)
    assert [one.name for one in models] == [
        "madlad",
        "nllb",
        "opus-mt-en-ROMANCE",
        "opus-mt-en-de",
        "translate-en_nl",
    ]
    assert len(problems) == 1
    assert "the model unfinished has no SentencePiece file" in problems[0]
    return models


@pytest.fixture
async def models(folder: Path, found: tuple[TextModelFolder, ...]) -> AsyncIterator[TextModels]:
    used = TextModels(folder, found)
    yield used
    await used.close()


async def test_every_layout_is_told_its_languages_and_ends(models: TextModels) -> None:
    async with deadline(120):
        said = {
            language: await models.translate(MORNING, "en", language)
            for language in ("de", "nl", "fi", "zh", "ro", "pt")
        }
        assert await models.translate(MORNING, "pl", "sv") == "God morgon"
        assert await models.translate(f"{MORNING}. {MORNING}", "en", "de") == (
            "Guten Morgen Ihnen Guten Morgen Ihnen"
        ), "sentence by sentence"
        with pytest.raises(WorkerFailed, match="no model translates en into cy"):
            await models.translate(MORNING, "en", "cy")
    assert said == {
        "de": "Guten Morgen Ihnen",
        "nl": "Goedemorgen allemaal",
        "fi": "Huomenta teille",
        "zh": "早上好 大家",
        "ro": "Bună dimineața",
        "pt": "Bom dia",
    }


def test_the_best_measured_model_is_taken_and_else_the_one_for_fewest_languages(
    folder: Path, found: tuple[TextModelFolder, ...]
) -> None:
    german = next(one for one in found if one.name == "opus-mt-en-de")
    many = replace(german, name="many", targets=frozenset({"de", "fr"}))
    chosen = TextModels(folder, [german, many]).model_for("en", "de")
    assert chosen is german
    one = Measured(source="en", target="de", chrf=50, sentences=9, texts="a", on="2026-11-28")
    better = replace(many, card=ModelCard(measured=(one,)))
    assert TextModels(folder, [german, better]).model_for("en", "de") is better


async def test_free_speech_is_translated_by_the_folder_and_the_talk_by_its_translations(
    folder: Path, found: tuple[TextModelFolder, ...]
) -> None:
    voice = RehearsalVoice()
    free = FreeTranslation(Apertium(), frozenset(), TextModels(folder, found))
    interpreter = TalkInterpreter(TALK, voice, free)
    heard = Recognition("words", 0, 900, text="Good morning to you.", language="en")
    try:
        async with deadline(120):
            said = await interpreter.interpret(heard, "de")
            assert said is not None
            assert said.text == "Guten Morgen Ihnen"
            assert said.pcm
            talked = await interpreter.interpret(replace(heard, matched=5), "de")
            assert talked is not None
            assert talked.text == TALK.sentences[5].translations["de"]
            spanish = Recognition("words", 0, 900, text="Buenos días", language="es")
            through = await interpreter.interpret(replace(spanish, english=MORNING), "de")
            assert through is not None, "by its English, which Whisper made"
            assert await interpreter.interpret(spanish, "de") is None
            assert await interpreter.translate_text(MORNING, "pt") == "Bom dia"
    finally:
        await free.close()
        await voice.close()


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    opus_model(tmp_path / "opus-mt-en-de", "Guten Morgen")
    weights = tmp_path / "opus-mt-en-de" / "model.bin"
    weights.rename(tmp_path / "whole")
    weights.write_bytes((tmp_path / "whole").read_bytes()[:5_000])
    return tmp_path


async def test_a_model_that_breaks_later_costs_a_sentence_and_is_tried_again(
    damaged: Path, caplog: pytest.LogCaptureFixture
) -> None:
    found, _ = await asyncio.to_thread(find_text_models, damaged)
    free = FreeTranslation(Apertium(), frozenset(), TextModels(damaged, found))
    try:
        async with deadline(120):
            assert await free.translate(MORNING, "en", "de", MORNING) == ""
            assert "the model opus-mt-en-de cannot be used" in caplog.text
            assert MORNING not in caplog.text
            await asyncio.to_thread(
                (damaged / "whole").replace, damaged / "opus-mt-en-de" / "model.bin"
            )
            assert await free.translate(MORNING, "en", "de", MORNING) == "Guten Morgen"
    finally:
        await free.close()


def test_clients_are_told_what_translates_each_language_and_how_well(
    folder: Path, found: tuple[TextModelFolder, ...]
) -> None:
    one = Measured(source="en", target="de", chrf=71, sentences=26, texts="a", on="2026-11-28")
    measured = [
        replace(model, card=ModelCard(measured=(one,))) if model.name == "opus-mt-en-de" else model
        for model in found
    ]
    told = {
        one.language: one
        for one in abilities(
            ("Whisper base", 62.0), TextModels(folder, measured), ["es"], ["es", "ja"], ["en", "es"]
        )
    }
    assert (told["de"].engine, told["de"].quality, told["de"].voice) == (
        "opus-mt-en-de",
        "good",
        "simple",
    )
    assert (told["en"].engine, told["en"].quality) == ("Whisper base", "gist")
    assert (told["es"].engine, told["es"].quality, told["es"].voice) == (
        "Apertium",
        "gist",
        "natural",
    )
    assert (told["fi"].engine, told["fi"].quality) == ("nllb", "not_measured")
    assert (told["ja"].translates, told["ja"].engine) == ("prepared_talk", "")
    assert "cy" not in told
