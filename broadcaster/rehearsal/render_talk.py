"""Render the prepared talk: flite speaks, sox levels and packs, the times go into `talk.json`.

Run `python -m broadcaster.rehearsal.render_talk` after changing a sentence. It needs the programs
`flite` and `sox`. The result is part of the repository, so nobody else needs them.
"""

import json
import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from broadcaster.rehearsal.hearing.pronunciation import spanish_sounds
from broadcaster.rehearsal.hearing.script import words_of
from broadcaster.rehearsal.talk import AUDIO_PATH, TEXT_PATH
from broadcaster.rehearsal.wire.constants import SAMPLE_RATE_HZ

VOICE = "slt"
DURATION_STRETCH = 1.28
GUEST_VOICE = "rms"
GUEST_STRETCH = 1.1
"""Flite has no Spanish voice, so the guest's words are given as sounds."""
LEVEL_DBFS = -20.0
SPEECH_FLOOR = 200
"""Samples (of 32767) below this at either end of a sentence are silence and are cut."""
LEAD_MS = 400
PAUSES_MS = (300, 350, 400, 280, 450)
"""Used in turn after sentences without a `pause_ms` of their own."""
TAIL_MS = 1_000
NOISE_PEAK = 2
"""A room is never digitally silent, so uniform noise of this peak lies under the talk."""


def main() -> None:
    """Write `talk.flac` and the sentence times in `talk.json`."""
    document = json.loads(TEXT_PATH.read_text(encoding="utf-8"))
    pieces = [_silence(LEAD_MS)]
    for number, sentence in enumerate(document["sentences"]):
        language = sentence.get("language", document["language"])
        samples = _speak(sentence["text"], language)
        sentence["start_ms"] = _length_ms(pieces)
        pieces.append(samples)
        sentence["end_ms"] = _length_ms(pieces)
        pieces.append(_silence(sentence.get("pause_ms", PAUSES_MS[number % len(PAUSES_MS)])))
    pieces.append(_silence(TAIL_MS))
    talk = np.concatenate(pieces)
    noise = np.random.default_rng(1).integers(-NOISE_PEAK, NOISE_PEAK + 1, talk.size)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "talk.wav"
        _write(path, np.clip(talk + noise, -32768, 32767).astype("<i2"))
        _run("sox", "-D", str(path), "-C", "8", str(AUDIO_PATH))
    text = json.dumps(document, ensure_ascii=False, indent=1)
    TEXT_PATH.write_text(text + "\n", encoding="utf-8")


def _speak(text: str, language: str) -> NDArray[np.float64]:
    with tempfile.TemporaryDirectory() as folder:
        spoken, wide = Path(folder) / "spoken.wav", Path(folder) / "wide.wav"
        if language == "es":
            sounds = " ".join(["pau", *map(spanish_sounds, words_of(text)), "pau"]).lower()
            voice, stretch, said = GUEST_VOICE, GUEST_STRETCH, ("-p", sounds)
        else:
            voice, stretch, said = VOICE, DURATION_STRETCH, ("-t", text)
        pace = f"duration_stretch={stretch}"
        _run("flite", "-voice", voice, "--setf", pace, *said, "-o", str(spoken))
        _run("sox", "-D", str(spoken), "-r", str(SAMPLE_RATE_HZ), str(wide), "highpass", "60")
        with wave.open(str(wide)) as reader:
            frames = reader.readframes(reader.getnframes())
    samples = np.frombuffer(frames, "<i2").astype(np.float64)
    loud = np.flatnonzero(np.abs(samples) > SPEECH_FLOOR)
    samples = samples[loud[0] : loud[-1] + 1]
    rms = float(np.sqrt(np.mean(samples**2)))
    return samples * (32768 * 10 ** (LEVEL_DBFS / 20) / rms)


def _silence(ms: int) -> NDArray[np.float64]:
    return np.zeros(SAMPLE_RATE_HZ * ms // 1000)


def _length_ms(pieces: list[NDArray[np.float64]]) -> int:
    return sum(piece.size for piece in pieces) * 1000 // SAMPLE_RATE_HZ


def _write(path: Path, samples: NDArray[np.int16]) -> None:
    with wave.open(str(path), "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(SAMPLE_RATE_HZ)
        writer.writeframes(samples.tobytes())


def _run(*command: str) -> None:
    subprocess.run(command, check=True, timeout=60)  # noqa: S603 - fixed programs, own text


if __name__ == "__main__":
    main()
