"""Render the voices of the prepared talk with Kokoro-82M, so that the demo needs no such engine.

Run `python -m broadcaster.rehearsal.render_voices` after changing a translation. It needs the extra
`interpreter`, whose weights are pinned by their SHA-256. The result is part of the repository, so
nobody else needs them. The natural voice reads what is written, also where the simple voice needs a
text of its own. A sentence that would last longer than the speaker's is spoken faster, within
limits, so that the interpreter keeps up.
"""

import argparse
import io
import json
import subprocess
import sys
from collections.abc import Sequence

import av
import numpy as np
from numpy.typing import NDArray

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.speaking.kokoro_files import KOKORO, VOICES
from broadcaster.rehearsal.speaking.kokoro_symbols import symbols_of
from broadcaster.rehearsal.speaking.kokoro_worker import Kokoro
from broadcaster.rehearsal.speaking.natural_voice import PHONEMES, spelled_as
from broadcaster.rehearsal.talk.rendered import FOLDER, INDEX_PATH
from broadcaster.rehearsal.wire.constants import SAMPLE_RATE_HZ

BITRATE = 24_000
FASTEST = 1.2
"""Above this speed the voice slurs."""
_ROOM = 0.95
"""Share of the time until the speaker's next sentence that a translation may take."""
_LAST_PAUSE_MS = 400
_ENGINE = "Kokoro-82M by hexgrad, exported to ONNX with 8-bit weights"


def main() -> None:
    """Write the sound of each language and the index."""
    parser = argparse.ArgumentParser(prog="python -m broadcaster.rehearsal.render_voices")
    parser.add_argument("--languages", nargs="*", default=sorted(VOICES), choices=sorted(VOICES))
    wanted = parser.parse_args().languages
    FOLDER.mkdir(exist_ok=True)
    voices: dict[str, object] = {}
    if INDEX_PATH.exists():
        voices = json.loads(INDEX_PATH.read_text(encoding="utf-8"))["voices"]
    kokoro = Kokoro(None)
    for language in wanted:
        entry = _render(language, kokoro)
        if entry["sentences"]:
            voices[language] = entry
            _write_index(voices)


def _write_index(voices: dict[str, object]) -> None:
    index = {
        "engine": _ENGINE,
        "weights_sha256": KOKORO.sha256,
        "bitrate": BITRATE,
        "voices": dict(sorted(voices.items())),
    }
    text = json.dumps(index, ensure_ascii=False, indent=1)
    INDEX_PATH.write_text(text + "\n", encoding="utf-8")


def _render(language: str, kokoro: Kokoro) -> dict[str, object]:
    """Write the file of a language; return its part of the index."""
    voice = VOICES[language][0]
    sentences = [one for one in talk.load().sentences if language in one.translations]
    spelled = _phonemes([one.translations[language] for one in sentences], language)
    streams, entries, spoken_s = list[bytes](), list[dict[str, object]](), 0.0
    for number, (sentence, phonemes) in enumerate(zip(sentences, spelled, strict=True)):
        symbols = symbols_of(phonemes, language)
        samples, room = kokoro.sound(symbols, voice), _room(sentence)
        if samples.size > room:
            samples = kokoro.sound(symbols, voice, min(samples.size / room, FASTEST))
        streams.append(encoded(samples, number))
        entries.append({"text": sentence.spoken_text(language), "bytes": len(streams[-1])})
        spoken_s += samples.size / SAMPLE_RATE_HZ
    if streams:
        (FOLDER / f"{language}.opus").write_bytes(b"".join(streams))
        sys.stdout.write(f"{language}: {spoken_s:.0f} s, {sum(map(len, streams))} bytes\n")
    return {"voice": voice, "sentences": entries}


def _room(sentence: talk.TalkSentence) -> float:
    """The samples that a translation may have: about until the speaker's next sentence."""
    sentences = talk.load().sentences
    following = sentences[sentence.index + 1 : sentence.index + 2]
    until_ms = following[0].start_ms if following else sentence.end_ms + _LAST_PAUSE_MS
    return (until_ms - sentence.start_ms) * SAMPLE_RATE_HZ / 1000 * _ROOM


def _phonemes(texts: Sequence[str], language: str) -> list[str]:
    """The phonemes of sentences, by the process that holds the library for them."""
    voice = spelled_as(language)
    requests = "".join(json.dumps({"language": voice, "text": text}) + "\n" for text in texts)
    command = [sys.executable, "-m", PHONEMES]
    answers = subprocess.run(  # noqa: S603 - our own module
        command, input=requests, stdout=subprocess.PIPE, check=True, timeout=60, text=True
    ).stdout
    return [json.loads(line)["phonemes"] for line in answers.splitlines()]


def encoded(samples: NDArray[np.float64], number: int) -> bytes:
    """One Ogg Opus stream.

    Args:
        samples: mono at 24 kHz, in units of 16 bits.
        number: of the stream; those of one file have to differ (RFC 3533 section 4).
    """
    pcm = np.clip(np.rint(samples), -32_768, 32_767).astype("<i2")
    written = io.BytesIO()
    options = {"fflags": "+bitexact", "serial_offset": str(number)}
    with av.open(written, "w", format="ogg", options=options) as file:
        stream = file.add_stream("libopus", rate=SAMPLE_RATE_HZ, layout="mono")
        stream.codec_context.bit_rate = BITRATE
        stream.codec_context.options = {"application": "audio", "compression_level": "10"}
        frame = av.AudioFrame.from_ndarray(pcm[None, :], format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE_HZ
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            file.mux(packet)
    return written.getvalue()


if __name__ == "__main__":
    main()
