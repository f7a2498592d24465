"""Sound files of many kinds, made with FFmpeg's encoders, and damage to them."""

import random
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

_FRAME = 1_024


def encoded(
    path: Path,
    codec: str,
    sound: NDArray[np.int16],
    rate_hz: int = 48_000,
    *,
    layout: str = "mono",
    streams: int = 1,
    picture: bool = False,
) -> Path:
    """Write mono samples of this rate to every channel of every audio stream."""
    channels = {"mono": 1, "stereo": 2}[layout]
    with av.open(str(path), "w") as output:
        for _ in range(streams):
            output.add_stream(codec, rate=rate_hz, layout=layout)
        if picture:
            _add_video(output)
        for stream in output.streams.audio:
            for start in range(0, len(sound), _FRAME):
                piece = np.repeat(sound[start : start + _FRAME], channels).reshape(1, -1)
                frame = av.AudioFrame.from_ndarray(piece, format="s16", layout=layout)
                frame.sample_rate, frame.pts = rate_hz, start
                frame.time_base = Fraction(1, rate_hz)
                output.mux(stream.encode(frame))
            output.mux(stream.encode(None))
    return path


def picture(path: Path) -> Path:
    """A PNG."""
    with av.open(str(path), "w", format="image2") as output:
        _add_video(output, "png", "rgb24", frames=1)
    return path


def silent_film(path: Path) -> Path:
    """A video without an audio stream."""
    with av.open(str(path), "w") as output:
        _add_video(output)
    return path


def joined(path: Path, *parts: Path) -> Path:
    """Files one after the other in one file."""
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def damaged(path: Path, source: Path, seed: int, holes: int = 6, hole_bytes: int = 60) -> Path:
    """A copy with random bytes at random places in its middle half."""
    dice = random.Random(seed)
    data = bytearray(source.read_bytes())
    for _ in range(holes):
        place = dice.randrange(len(data) // 4, 3 * len(data) // 4)
        data[place : place + hole_bytes] = dice.randbytes(hole_bytes)
    path.write_bytes(data)
    return path


def _add_video(
    output: av.container.OutputContainer,
    codec: str = "mpeg4",
    pixels: str = "yuv420p",
    frames: int = 25,
) -> None:
    stream = output.add_stream(codec, rate=25)
    assert isinstance(stream, av.VideoStream)
    stream.width = stream.height = 64
    stream.pix_fmt = pixels
    image = np.zeros((64, 64, 3), np.uint8)
    for number in range(frames):
        frame = av.VideoFrame.from_ndarray(image)
        frame.pts = number
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))
