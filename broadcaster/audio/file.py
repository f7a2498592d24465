"""Sound files as floor PCM."""

from collections.abc import Iterator
from pathlib import Path

import av

from broadcaster.audio.pcm import PcmResampler


def read_pcm(path: Path) -> Iterator[bytes]:
    """Decode any file FFmpeg reads, piece by piece, to s16le mono 24 kHz.

    Raises:
        av.FFmpegError: it is not a sound file.
    """
    resampler = PcmResampler()
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            yield resampler.convert(frame)
    yield resampler.flush()
