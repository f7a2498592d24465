"""`broadcaster rate` broadcasts a recording and makes its report, with the local interpreter."""

import json
import sys
from pathlib import Path

import av
import numpy as np

from broadcaster.rehearsal import talk
from tests.support.deadline import deadline
from tests.support.processes import started
from tests.support.sound_files import encoded

HZ = 24_000
SENTENCES = talk.load().sentences[:2]


def beginning(path: Path) -> Path:
    """The first sentences of the prepared talk as a recording of its own."""
    with av.open(str(talk.load().audio_path)) as container:
        frames = [frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)]
    sound = np.concatenate(frames)[: SENTENCES[-1].end_ms * HZ // 1_000]
    return encoded(path, "flac", sound.astype(np.int16), HZ)


async def test_a_recording_is_rated(tmp_path: Path) -> None:
    recording, folder = beginning(tmp_path / "talk.flac"), tmp_path / "report"
    script, reference = tmp_path / "en.txt", tmp_path / "es.txt"
    script.write_text("\n".join(one.text for one in SENTENCES))
    reference.write_text("\n".join(one.translations["es"] for one in SENTENCES))
    command = [sys.executable, "-m", "broadcaster", "rate", str(recording)]
    command += ["--script", str(script), "--reference", f"es={reference}", "--out", str(folder)]
    async with started(command) as rating, deadline(120):
        await rating.line(r"The report: (\S+), and")
    figures = json.loads((folder / "figures.json").read_text())
    floor, spanish = figures["channels"]
    assert floor["reading"]["words"] > 15
    assert spanish["reading"]["erased"] == 0
    assert spanish["scores"]["bleu"] > 80
    assert 0 < spanish["delay"]["span_ms"]["p50"] < 60_000
    assert spanish["scores"]["long_yaal_text_ms"] is not None
    assert figures["recorded_s"] >= 10
