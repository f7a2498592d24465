"""Publishes a sound file with FFmpeg's WHIP muxer: `ffmpeg_publisher.py URL KEY SOUND FOLDER`.

A program of its own, because the muxer blocks and may be killed. SOUND holds s16le mono 48 kHz;
FOLDER takes the certificate: FFmpeg's own default is not accepted by OpenSSL, a P-256 one is.
"""

import sys
import time
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

FRAME = 960


def certificate(folder: Path) -> dict[str, str]:
    """Make a P-256 certificate; returns the muxer's options for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "publisher")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return {"cert_file": str(cert_file), "key_file": str(key_file)}


def publish(url: str, key: str, sound: Path, folder: Path) -> None:
    """Send the sound in real time, then say goodbye."""
    mono = np.frombuffer(sound.read_bytes(), np.int16)
    options = {"authorization": key, **certificate(folder)}
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
