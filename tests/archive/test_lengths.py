"""All files of a part are equally long, whatever packets, gaps and ends there are."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import av
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcaster.archive.left_parts import close_left_parts
from broadcaster.archive.part_writer import Heard, PartWriter
from broadcaster.audio.opus import OpusEncoder
from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES, AudioFrame, Kind
from broadcaster.model.recording.part import RecordingPart, file_name, read_part

CHANNELS = ("floor", "es", "ar")
PACKETS = {
    samples: OpusEncoder(samples).encode(bytes(samples * SAMPLE_BYTES))
    for samples in (480, 960, 1_440)
}
WRITE_EVERY = CLOCK_HZ // 2
FRAME_MS = 20
SHORTEST = CLOCK_HZ // 10
LONGEST = 4 * CLOCK_HZ

positions = st.integers(0, LONGEST)


@dataclass(frozen=True)
class Sent:
    """The packets of a channel: how long they are, when they begin, and between where none come."""

    samples: int
    first: int
    gap: tuple[int, int]

    def frames(self, begin: int, end: int) -> list[AudioFrame]:
        """Those that begin between two positions."""
        grid = range(self.first, end, self.samples)
        wanted = [at for at in grid if at >= begin and not self.gap[0] <= at < self.gap[1]]
        return [AudioFrame(Kind.OPUS, 0, at, PACKETS[self.samples]) for at in wanted]


channels = st.builds(
    Sent,
    st.sampled_from(sorted(PACKETS)),
    st.integers(0, 2_000),
    st.tuples(positions, positions).map(lambda pair: (min(pair), max(pair))),
)


def played_ms(path: Path) -> float:
    """The length that libav plays of a file."""
    with av.open(str(path), "r") as file:
        return sum(frame.samples for frame in file.decode(file.streams.audio[0])) / 48


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    sent=st.tuples(channels, channels, channels),
    start=positions,
    length=st.integers(SHORTEST, LONGEST),
    ahead=st.integers(0, CLOCK_HZ),
    killed=st.booleans(),
    closed=st.booleans(),
)
def test_every_file_is_as_long_as_the_part(
    sent: tuple[Sent, ...], start: int, length: int, ahead: int, *, killed: bool, closed: bool
) -> None:
    """`ahead` is how much more is sent before the end is known."""
    end = start + length
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        part = RecordingPart("talk", "A talk", 1, start, 0, CHANNELS)
        writer = PartWriter(folder, part, 0.0, {})
        for begin in range(start, end + ahead, WRITE_EVERY):
            until = min(begin + WRITE_EVERY, end + ahead)
            frames: list[Heard] = [
                (channel, frame)
                for channel, one in zip(CHANNELS, sent, strict=True)
                for frame in one.frames(begin, until)
            ]
            writer.write(frames, (until - start) / CLOCK_HZ)
        if killed:
            writer.close()
            close_left_parts(folder, end if closed else None)
        else:
            writer.end(end)
        found = read_part(folder / part.folder)
        assert found is not None
        assert found.complete
        lengths = [played_ms(folder / part.folder / file_name(one)) for one in CHANNELS]
    assert len(set(lengths)) == 1
    if not killed:
        assert abs(lengths[0] - length / 24) <= 1
    elif closed:
        assert length / 24 - 2_000 < lengths[0] <= length / 24 + 1
    else:
        assert lengths[0] <= (length + ahead) / 24 + 60
