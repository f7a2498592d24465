"""A chain of libavfilter filters over one channel's sound."""

from collections.abc import Sequence
from fractions import Fraction

import av
import av.filter

from broadcaster.audio.pcm import AvFrame
from broadcaster.model.audio import CLOCK_HZ


class FilterChain:
    """Takes mono sound and gives what the last filter makes of it.

    It runs in the caller's thread: a thread pool per channel would cost more than the filters.

    Args:
        filters: (name, arguments) in the order of the flow, libavfilter's own syntax.
        sample_format: FFmpeg's name of the input's sample format.
        rate_hz: of the input.

    Raises:
        ValueError: FFmpeg was built without one of the filters.
        av.FFmpegError: a filter does not take its arguments.
    """

    def __init__(
        self,
        filters: Sequence[tuple[str, str]],
        sample_format: str = "s16",
        rate_hz: int = CLOCK_HZ,
    ) -> None:
        graph = av.filter.Graph()
        graph.threads = 1
        self._source = graph.add_abuffer(
            sample_rate=rate_hz,
            format=sample_format,
            layout="mono",
            time_base=Fraction(1, rate_hz),
        )
        self._filters = [graph.add(name, arguments) for name, arguments in filters]
        self._sink = graph.add("abuffersink")
        graph.link_nodes(self._source, *self._filters, self._sink)
        graph.configure()
        self._graph = graph

    def push(self, frame: AvFrame) -> list[AvFrame]:
        """Put the next frame in and take out what is ready."""
        self._source.push(frame)
        return self._take()

    def finish(self) -> list[AvFrame]:
        """Return the rest at the end of the sound. Nothing may be pushed afterwards."""
        self._source.push(None)
        return self._take()

    def command(self, option: str, value: str) -> None:
        """Change an option of the first filter while it runs."""
        self._filters[0].process_command(option, value)

    def _take(self) -> list[AvFrame]:
        frames: list[AvFrame] = []
        while True:
            try:
                frame = self._sink.pull()
            except (av.BlockingIOError, av.EOFError):
                return frames
            assert isinstance(frame, AvFrame)
            frames.append(frame)
