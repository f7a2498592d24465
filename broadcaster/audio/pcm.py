"""PCM between its forms: bytes on the bus, numbers to calculate with, frames of `av`.

Between stages sound is s16le mono, 24 kHz for engines and 48 kHz for people; the gain, mix and
limiter steps calculate in float32.
"""

import io
import wave
from fractions import Fraction
from typing import Literal

import av
import numpy as np
import numpy.typing as npt
from av import AudioFrame as AvFrame

from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES

__all__ = [
    "FULL_SCALE",
    "AvFrame",
    "ChangingResampler",
    "Layout",
    "PcmResampler",
    "Samples",
    "pcm_of_wav",
    "to_frame",
    "to_pcm",
    "to_samples",
    "wav_file",
    "wide_frame",
]

Samples = npt.NDArray[np.float32]
"""Mono, one dimension, full scale ±1.0; values beyond it are allowed until the limiter.

At 24 kHz, or at 48 kHz from the mix of a channel on.
"""

Layout = Literal["mono", "stereo"]
"""Of PCM bytes; stereo is interleaved."""

FULL_SCALE = 32_768.0


def to_samples(pcm: bytes) -> Samples:
    """s16le mono as float32."""
    return np.frombuffer(pcm, dtype="<i2").astype(np.float32) / np.float32(FULL_SCALE)


def to_pcm(samples: Samples) -> bytes:
    """Convert float32 to s16le mono. Values beyond full scale saturate; they do not wrap round."""
    scaled = np.rint(samples * np.float32(FULL_SCALE))
    return bytes(np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1).astype("<i2").data)


def wav_file(pcm: bytes) -> bytes:
    """A WAV file in memory that holds this s16le mono 24 kHz."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(SAMPLE_BYTES)
        sound.setframerate(CLOCK_HZ)
        sound.writeframes(pcm)
    return file.getvalue()


def pcm_of_wav(file: bytes) -> bytes:
    """The s16le mono 24 kHz in a file that `wav_file` made."""
    with wave.open(io.BytesIO(file)) as sound:
        pcm: bytes = sound.readframes(sound.getnframes())
    return pcm


def to_frame(pcm: bytes, pts: int, layout: Layout = "mono", rate_hz: int = CLOCK_HZ) -> AvFrame:
    """PCM as a frame that `av` and `aiortc` take.

    Args:
        pcm: s16le.
        pts: number of its first sample.
        layout: of the PCM; stereo is interleaved.
        rate_hz: of the PCM.
    """
    samples = np.frombuffer(pcm, dtype="<i2").reshape(1, -1)
    frame = AvFrame.from_ndarray(samples, format="s16", layout=layout)
    frame.sample_rate = rate_hz
    frame.pts = pts
    frame.time_base = Fraction(1, rate_hz)
    return frame


def wide_frame(samples: npt.NDArray[np.int32], rate_hz: int) -> AvFrame:
    """24-bit samples as a frame that `PcmResampler` takes.

    Args:
        samples: a row for each moment, with one or two columns.
        rate_hz: of the samples.
    """
    layout = "mono" if samples.shape[1] == 1 else "stereo"
    packed = np.ascontiguousarray(samples << 8).reshape(1, -1)
    frame = AvFrame.from_ndarray(packed, format="s32", layout=layout)
    frame.sample_rate = rate_hz
    return frame


class PcmResampler:
    """Resamples one continuous source of any rate and layout to s16le, usually at 24 kHz.

    Args:
        layout: of what comes out. Mono is the mean of left and right; stereo has both as they are,
            interleaved, and a mono source twice.
        rate_hz: of what comes out.
    """

    def __init__(self, layout: Layout = "mono", rate_hz: int = CLOCK_HZ) -> None:
        self._layout = layout
        self._rate_hz = rate_hz
        self._resampler: av.AudioResampler | None = None
        self._doubles = False

    def convert(self, frame: AvFrame) -> bytes:
        """Resample the next frame of the source.

        Args:
            frame: any rate, layout and sample format that libswresample knows.

        Returns:
            s16le; may be empty while the filter fills.
        """
        if self._resampler is None:
            # libswresample would make each of the two channels 3 dB quieter.
            self._doubles = self._layout == "stereo" and frame.layout.nb_channels == 1
            layout = "mono" if self._doubles else self._layout
            self._resampler = av.AudioResampler(format="s16", layout=layout, rate=self._rate_hz)
        return self._bytes_of(self._resampler.resample(frame))

    def flush(self) -> bytes:
        """Return the rest of the filter's output, at the end of the source."""
        return b"" if self._resampler is None else self._bytes_of(self._resampler.resample(None))

    def _bytes_of(self, frames: list[AvFrame]) -> bytes:
        pcm = b"".join(
            bytes(frame.planes[0])[: frame.samples * frame.layout.nb_channels * SAMPLE_BYTES]
            for frame in frames
        )
        return bytes(np.frombuffer(pcm, "<i2").repeat(2).data) if self._doubles else pcm


class ChangingResampler:
    """Resamples a source whose rate, layout or sample format may change.

    Args:
        layout: of what comes out.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._resampler: PcmResampler | None = None
        self._format: tuple[int, str, str] | None = None

    def convert(self, frame: AvFrame) -> bytes:
        """The next frame as s16le 24 kHz, after what the filter held of another format."""
        form = (frame.sample_rate, frame.layout.name, frame.format.name)
        rest = b""
        if form != self._format:
            rest = self.flush()
            self._resampler, self._format = PcmResampler(self._layout), form
        assert self._resampler is not None
        return rest + self._resampler.convert(frame)

    def flush(self) -> bytes:
        """Samples that are still in the filter."""
        rest = self._resampler.flush() if self._resampler is not None else b""
        self._resampler = self._format = None
        return rest
