"""Publishes a sound file with FFmpeg's WHIP muxer: `… URL KEY SOUND FOLDER`.

A program of its own, because the muxer blocks and may be killed. SOUND holds s16le mono 48 kHz;
FOLDER takes the certificate: FFmpeg's own default is not accepted by OpenSSL, a P-256 one is.
"""

import sys
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from tests.support.certificates import issue

FRAME = 960


def publish(url: str, key: str, sound: Path, folder: Path) -> None:
    """Send the sound in real time, then say goodbye."""
    mono = np.frombuffer(sound.read_bytes(), np.int16)
    certificate, secret = issue("publisher").write(folder / "cert.pem", folder / "key.pem")
    options = {"authorization": key, "cert_file": str(certificate), "key_file": str(secret)}
    with av.open(url, "w", format="whip", options=options) as output:
        stream = output.add_stream("libopus", rate=48_000, layout="stereo")
        stream.bit_rate = 96_000
        started = time.monotonic()
        for start in range(0, len(mono) - FRAME + 1, FRAME):
            piece = np.repeat(mono[start : start + FRAME], 2).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(piece, format="s16", layout="stereo")
            frame.sample_rate = 48_000
            frame.pts = start
            frame.time_base = Fraction(1, 48_000)
            output.mux(stream.encode(frame))
            time.sleep(max(0.0, started + start / 48_000 - time.monotonic()))


if __name__ == "__main__":
    publish(sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
