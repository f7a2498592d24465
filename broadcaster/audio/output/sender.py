"""A process that encodes a channel and pushes it: `python -m broadcaster.audio.output.sender`.

Its standard input has a line of JSON with the address, so that no password is in the list of
processes, and then s16le mono 48 kHz. It is a process of its own, because FFmpeg keeps all of
Python waiting while it connects. For SRT, which FFmpeg cannot send, MPEG-TS goes to standard
output. Standard error has `CONNECTED` or the reason of a failure.
"""

import json
import sys
from fractions import Fraction
from typing import BinaryIO, Protocol

import av
import numpy as np
from av.audio.stream import AudioStream

from broadcaster.audio.output.address import CODINGS, PushScheme

RATE_HZ = 48_000
PIECE_BYTES = 960 * 2
"""20 ms."""
BITRATE = 96_000
"""Bits per second of MP3 and AAC."""
CONNECTED = "connected"


class Flushed:
    """A file as FFmpeg writes to it: nothing waits in a buffer."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, data: bytes) -> int:
        """Called by FFmpeg."""
        self._file.write(data)
        self._file.flush()
        return len(data)


class Told(Protocol):
    """Takes `CONNECTED`."""

    def __call__(self, text: str, /) -> object:
        """Pass it on."""


def encode(target: str | Flushed, scheme: PushScheme, sound: BinaryIO, tell: Told) -> None:
    """Push sound until it ends.

    Args:
        target: an address, or what takes the container's bytes.
        scheme: chooses the container and the codec.
        sound: s16le mono 48 kHz.
        tell: told when the other side takes sound.

    Raises:
        av.FFmpegError: it does not.
        OSError: the same.
    """
    container, codec = CODINGS[scheme]
    with av.open(target, "w", format=container) as output:
        stream = output.add_stream(codec, rate=RATE_HZ, layout="mono")
        assert isinstance(stream, AudioStream)
        stream.bit_rate = BITRATE
        output.start_encoding()
        tell(CONNECTED)
        pts = 0
        while len(piece := sound.read(PIECE_BYTES)) == PIECE_BYTES:
            samples = np.frombuffer(piece, "<i2").reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, pts, Fraction(1, RATE_HZ)
            pts += samples.size
            output.mux(stream.encode(frame))


def main() -> int:
    """Run the process; returns its exit code."""

    def tell(text: str) -> None:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    url = str(json.loads(sys.stdin.buffer.readline())["url"])
    scheme = PushScheme(url.partition(":")[0])
    target = Flushed(sys.stdout.buffer) if scheme is PushScheme.SRT else url
    try:
        encode(target, scheme, sys.stdin.buffer, tell)
    except av.error.ProtocolNotFoundError:
        tell(f"the FFmpeg in this Python was built without {scheme}")
    except (av.FFmpegError, OSError, ValueError) as error:
        # FFmpeg's own text has the address, which may hold a secret.
        tell((getattr(error, "strerror", None) or type(error).__name__).lower())
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
