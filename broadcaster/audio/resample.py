"""Sound of any rate and layout to the floor's format, 24 kHz mono s16."""

import av

from broadcaster.model.audio import CLOCK_HZ


class ToFloor:
    """A stateful resampler for one continuous source."""

    def __init__(self) -> None:
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=CLOCK_HZ)

    def convert(self, frame: av.AudioFrame) -> bytes:
        """Resample the next frame of the source.

        Args:
            frame: any rate, layout and sample format that libswresample knows.

        Returns:
            s16le mono 24 kHz; may be empty while the filter fills.
        """
        return b"".join(_samples(out) for out in self._resampler.resample(frame))

    def flush(self) -> bytes:
        """What the filter still holds, at the end of the source."""
        return b"".join(_samples(out) for out in self._resampler.resample(None))


def _samples(frame: av.AudioFrame) -> bytes:
    return bytes(frame.planes[0])[: frame.samples * 2]
