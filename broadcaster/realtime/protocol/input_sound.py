"""The sound that a session is given, as its server takes it."""

import base64

from broadcaster.audio.pcm import PcmResampler, to_frame
from broadcaster.realtime import wire


class InputSound:
    """Changes the sample rate of one session's sound, writes it as base64, and measures it.

    Args:
        input_hz: rate that the server takes.
    """

    def __init__(self, input_hz: int) -> None:
        same = input_hz == wire.SAMPLE_RATE_HZ
        self._resampler = None if same else PcmResampler(rate_hz=input_hz)
        self._samples = 0

    @property
    def elapsed_ms(self) -> int:
        """Length of the sound so far."""
        return self._samples * 1000 // wire.SAMPLE_RATE_HZ

    def encoded(self, pcm: bytes) -> str:
        """The next sound, s16le mono 24 kHz; may be shorter, or empty, at the start."""
        first = self._samples
        self._samples += len(pcm) // wire.SAMPLE_BYTES
        if self._resampler is not None:
            pcm = self._resampler.convert(to_frame(pcm, first))
        return _base64(pcm)

    def rest(self) -> str:
        """The rest that the filter holds at the end of the sound; empty without one."""
        return "" if self._resampler is None else _base64(self._resampler.flush())


def _base64(pcm: bytes) -> str:
    return base64.b64encode(pcm).decode("ascii")
