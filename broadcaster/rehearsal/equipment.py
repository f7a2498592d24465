"""The engines that this machine has, and what can be expected of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.hearing.recordings import TALK_RECORDINGS
from broadcaster.rehearsal.hearing.stream import TALK_WORKER
from broadcaster.rehearsal.speaking.apertium import Apertium
from broadcaster.rehearsal.speaking.kokoro_files import KOKORO, VOICES
from broadcaster.rehearsal.speaking.natural_voice import natural_languages
from broadcaster.rehearsal.spelling.spellers import missing_packages
from broadcaster.rehearsal.weights import WeightsMissing
from broadcaster.rehearsal.whisper.model_files import find_model, usable_cores

_SPEECH_WORKER = "broadcaster.rehearsal.whisper.stream_worker"
_SPEECH_RECORDINGS = "broadcaster.rehearsal.whisper.recording_worker"
_EXTRA = 'pip install "conference-broadcaster[interpreter]"'
_LIGHT = (TALK_WORKER, TALK_RECORDINGS)
_HEARING = ("faster_whisper", "ctranslate2", "onnxruntime")


@dataclass(frozen=True, slots=True)
class Equipment:
    """The engines.

    Attributes:
        stream_worker: module and arguments of the process that recognises a stream.
        recording_worker: the same of the process that recognises a recording.
        natural_voice: arguments of the process of the natural voice; None without such a voice.
        sentences: what they can do, for people.
    """

    stream_worker: Sequence[str]
    recording_worker: Sequence[str]
    natural_voice: Sequence[str] | None
    sentences: tuple[str, ...]


def equipment(models_dir: Path | None) -> Equipment:
    """Look for engines and models; takes a moment.

    Args:
        models_dir: a folder with models; None for those of packages alone.
    """
    workers, hearing = _hearing(models_dir)
    free = sorted(Apertium.languages())
    translating = (
        f"Translates what is not in the prepared talk into {', '.join(free)} (Apertium: the gist)."
        if free
        else "Translates only the prepared talk into other languages: Apertium is not installed."
    )
    voice = _voice(models_dir)
    simple = "espeak-ng, a simple voice"
    speaking = f"Speaks with {simple}."
    if voice is not None:
        spoken = ", ".join(sorted(natural_languages()))
        speaking = f"Speaks {spoken} naturally (Kokoro-82M), other languages with {simple}."
        speaking += _unspelled()
    return Equipment(*workers, voice, (hearing, translating, speaking))


def _unspelled() -> str:
    """A hint for the voices whose text cannot be spelled; empty if nothing is missing."""
    languages = sorted(set(VOICES) - natural_languages())
    if not languages:
        return ""
    packages = ", ".join(name for one in languages for name in missing_packages(one))
    return f" For natural {', '.join(languages)}, {packages} is missing. Install it: {_EXTRA}"


def _voice(models_dir: Path | None) -> Sequence[str] | None:
    """Arguments for the process of the natural voice; None if its model or library is missing."""
    if find_spec("onnxruntime") is None:
        return None
    found = [] if models_dir is None else sorted(models_dir.glob("kokoro*.onnx"))
    if found:
        return (str(found[0]),)
    return () if KOKORO.installed() else None


def _hearing(models_dir: Path | None) -> tuple[tuple[Sequence[str], Sequence[str]], str]:
    """The processes that recognise streams and recordings, and what they can do."""
    talked = ", ".join(sorted(talk.load().languages()))
    light = f"Hears the prepared talk ({talked}) and English words with many errors: "
    missing = [name for name in _HEARING if find_spec(name) is None]
    if missing:
        return _LIGHT, f"{light}{', '.join(missing)} is not installed. Install it: {_EXTRA}"
    try:
        model = find_model(models_dir, usable_cores())
    except WeightsMissing as error:
        return _LIGHT, f"{light}{error}."
    arguments = () if models_dir is None else (str(models_dir),)
    return (
        ((_SPEECH_WORKER, *arguments), (_SPEECH_RECORDINGS, *arguments)),
        f"Hears about 100 languages and translates them into English (Whisper {model.name}).",
    )
