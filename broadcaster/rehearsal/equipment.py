"""The engines that this machine has, and what can be expected of them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.hearing.recordings import TALK_RECORDINGS
from broadcaster.rehearsal.hearing.stream import TALK_WORKER
from broadcaster.rehearsal.speaking.kokoro_files import KOKORO, VOICES
from broadcaster.rehearsal.speaking.natural_voice import natural_languages
from broadcaster.rehearsal.spelling.spellers import missing_packages
from broadcaster.rehearsal.weights import WeightsMissing
from broadcaster.rehearsal.whisper.model_files import ENGLISH_CHRF, find_model, usable_cores
from broadcaster.rehearsal.words.abilities import LanguageAbility, abilities
from broadcaster.rehearsal.words.apertium import Apertium
from broadcaster.rehearsal.words.text_models import TextModels, find_text_models

_SPEECH_WORKER = "broadcaster.rehearsal.whisper.stream_worker"
_SPEECH_RECORDINGS = "broadcaster.rehearsal.whisper.recording_worker"
_EXTRA = 'pip install "conference-broadcaster[interpreter]"'
_LIGHT = (TALK_WORKER, TALK_RECORDINGS)
_HEARING = ("faster_whisper", "ctranslate2", "onnxruntime")
_FREELY = "Translates what is not in the prepared talk into"
_MOST_NAMED = 16
_MALE_AND_FEMALE = 2
_TRANSLATING = ("ctranslate2", "sentencepiece")


@dataclass(frozen=True, slots=True)
class Equipment:
    """The engines.

    Attributes:
        stream_worker: module and arguments of the process that recognises a stream.
        recording_worker: the same of the process that recognises a recording.
        natural_voice: arguments of the process of the natural voice; None without such a voice.
        text_models_dir: folder with models that translate; None without such models.
        abilities: the languages that can be given out.
        sentences: what they can do, for people.
    """

    stream_worker: Sequence[str]
    recording_worker: Sequence[str]
    natural_voice: Sequence[str] | None
    text_models_dir: Path | None
    abilities: tuple[LanguageAbility, ...]
    sentences: tuple[str, ...]


def equipment(models_dir: Path | None, *, male: bool = False) -> Equipment:
    """Look for engines and models; takes a moment.

    Args:
        models_dir: a folder with models; None for those of packages alone.
        male: the male voice is wanted; the sentences tell where it is missing.

    Raises:
        OSError: the folder cannot be read.
    """
    heard = _hearing(models_dir)
    apertium = Apertium.languages()
    models, translating = _translating(models_dir, apertium)
    voice = _voice(models_dir)
    simple = "espeak-ng, a simple voice"
    speaking = f"Speaks with {simple}."
    if voice is not None:
        spoken = ", ".join(sorted(natural_languages()))
        speaking = f"Speaks {spoken} naturally (Kokoro-82M), other languages with {simple}."
        speaking += _unspelled()
    if male:
        speaking += _without_male_voice(natural=voice is not None)
    known = abilities(
        heard.english,
        models,
        apertium,
        talk.load().languages(),
        () if voice is None else natural_languages(),
    )
    return Equipment(
        stream_worker=heard.stream_worker,
        recording_worker=heard.recording_worker,
        natural_voice=voice,
        text_models_dir=None if models is None else models_dir,
        abilities=known,
        sentences=(heard.sentence, *translating, speaking),
    )


def _translating(
    models_dir: Path | None, apertium: Collection[str]
) -> tuple[TextModels | None, list[str]]:
    """The translation models of the folder, and sentences about what translates."""
    models, sentences = None, []
    if models_dir is not None:
        found, problems = find_text_models(models_dir)
        missing = [name for name in _TRANSLATING if find_spec(name) is None]
        if found and missing:
            names = ", ".join(missing)
            problems = (*problems, f"{names} is not installed. Install it: {_EXTRA}")
        elif found:
            models = TextModels(models_dir, found)
        sentences += [f"A translation model is not used: {one.rstrip('.')}." for one in problems]
    if models is not None:
        sentences += _models_used(models)
    if free := sorted(set(apertium) - (models.targets("en") if models else set())):
        sentences.append(f"{_FREELY} {', '.join(free)} (Apertium: the gist).")
    if not sentences:
        sentences.append(
            "Translates only the prepared talk into other languages: the folder of models has no "
            "translation model, and Apertium is not installed."
        )
    return models, sentences


def _unspelled() -> str:
    """A hint for the voices whose text cannot be spelled; empty if nothing is missing."""
    languages = sorted(set(VOICES) - natural_languages())
    if not languages:
        return ""
    packages = ", ".join(name for one in languages for name in missing_packages(one))
    return f" For natural {', '.join(languages)}, {packages} is missing. Install it: {_EXTRA}"


def _without_male_voice(*, natural: bool) -> str:
    """A hint about the languages that have no male voice; empty if all have one."""
    if not natural:
        return " The simple voice is the same for --voice male."
    languages = sorted(one for one in natural_languages() if len(VOICES[one]) < _MALE_AND_FEMALE)
    return f" In {', '.join(languages)} only a female voice speaks." if languages else ""


def _voice(models_dir: Path | None) -> Sequence[str] | None:
    """Arguments for the process of the natural voice; None if its model or library is missing."""
    if find_spec("onnxruntime") is None:
        return None
    found = [] if models_dir is None else sorted(models_dir.glob("kokoro*.onnx"))
    if found:
        return (str(found[0]),)
    return () if KOKORO.installed() else None


def _models_used(models: TextModels) -> list[str]:
    """A sentence for each model that translates from English."""
    languages: dict[str, list[str]] = defaultdict(list)
    for language in sorted(models.targets("en")):
        if (model := models.model_for("en", language)) is not None:
            languages[model.name].append(language)
    return [
        f"{_FREELY} {', '.join(into[:_MOST_NAMED])}"
        f"{' and others' if len(into) > _MOST_NAMED else ''} ({name})."
        for name, into in languages.items()
    ]


@dataclass(frozen=True, slots=True)
class _Hearing:
    """The processes that recognise, and what translates into English with its chrF."""

    stream_worker: Sequence[str]
    recording_worker: Sequence[str]
    english: tuple[str, float | None] | None
    sentence: str


def _hearing(models_dir: Path | None) -> _Hearing:
    talked = ", ".join(sorted(talk.load().languages()))
    light = f"Hears the prepared talk ({talked}) and English words with many errors: "
    missing = [name for name in _HEARING if find_spec(name) is None]
    if missing:
        sentence = f"{light}{', '.join(missing)} is not installed. Install it: {_EXTRA}"
        return _Hearing(*_LIGHT, None, sentence)
    try:
        model = find_model(models_dir, usable_cores())
    except WeightsMissing as error:
        return _Hearing(*_LIGHT, None, f"{light}{error}.")
    arguments = () if models_dir is None else (str(models_dir),)
    return _Hearing(
        (_SPEECH_WORKER, *arguments),
        (_SPEECH_RECORDINGS, *arguments),
        (f"Whisper {model.name}", None if model.folder else ENGLISH_CHRF.get(model.name)),
        f"Hears about 100 languages and translates them into English (Whisper {model.name}).",
    )
