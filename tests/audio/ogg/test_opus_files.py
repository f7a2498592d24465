"""Ogg Opus files of our own, read by libav, and what is left of them after a power cut."""

import io
from pathlib import Path

import av
import pytest

from broadcaster.audio.containers import OggOpus
from broadcaster.audio.ogg.opus_pages import PRE_SKIP, OpusPages
from broadcaster.audio.ogg.pages import LAST, read_page
from broadcaster.audio.ogg.repair import end_file, played_samples
from broadcaster.audio.ogg.silence import SHORTEST_SAMPLES, silence
from broadcaster.audio.opus import OPUS_HZ, OpusEncoder
from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES, opus_samples

FRAME = 1_440
PACKET = OpusEncoder(FRAME).encode(bytes(FRAME * SAMPLE_BYTES))


def decoded_samples(data: bytes) -> int:
    """The length that libav plays, on the event clock."""
    with av.open(io.BytesIO(data), "r") as file:
        played = sum(frame.samples for frame in file.decode(file.streams.audio[0]))
    return played * CLOCK_HZ // OPUS_HZ


def pages(count: int) -> OpusPages:
    made = OpusPages(7, {"TITLE": "Wasser und Ärger"})
    for _ in range(count):
        made.push(PACKET, FRAME)
    return made


def test_checksums_are_those_of_another_writer() -> None:
    other = OggOpus({"title": "x"})
    data = other.head + b"".join(other.push(PACKET) for _ in range(5))
    offset, found = 0, 0
    while page := read_page(data, offset):
        offset += page.size
        found += 1
    assert offset == len(data)
    assert found > 5


def test_a_damaged_page_is_no_page() -> None:
    data = bytearray(pages(1).take())
    assert read_page(bytes(data)) is not None
    data[30] ^= 1
    assert read_page(bytes(data)) is None


@pytest.mark.parametrize("packets", [1, 17, 600])
@pytest.mark.parametrize("more", [0, 1, 700, -1, -60, -700, -4 * FRAME])
def test_a_player_plays_exactly_the_wanted_length(tmp_path: Path, packets: int, more: int) -> None:
    made = pages(packets)
    path = tmp_path / "floor.ogg"
    data = made.take()
    for _ in range(3):  # a page each, which may have to go
        made.push(PACKET, FRAME)
        data += made.take()
    path.write_bytes(data)
    wanted = max(1, (packets + 3) * FRAME + more)
    end_file(path, wanted)
    assert decoded_samples(path.read_bytes()) == played_samples(path) == wanted


def test_a_file_has_its_tags() -> None:
    with av.open(io.BytesIO(pages(20).take()), "r") as file:
        assert file.streams[0].metadata["TITLE"] == "Wasser und Ärger"


@pytest.mark.parametrize("samples", [60, 480, 1_500, 24_000, 24_059])
def test_silence_is_as_long_as_a_gap(samples: int) -> None:
    filled = silence(samples)
    assert 0 <= samples - sum(length for _, length in filled) < SHORTEST_SAMPLES
    assert all(opus_samples(packet) == length for packet, length in filled)


@pytest.mark.parametrize("lost", [0, 1, 30, 200])
def test_what_a_power_cut_leaves_is_closed(tmp_path: Path, lost: int) -> None:
    made = pages(10)
    data = made.take()
    for _ in range(10):
        made.push(PACKET, FRAME)
    data += made.take()
    path = tmp_path / "floor.ogg"
    path.write_bytes(data[: len(data) - lost])
    kept = played_samples(path)
    assert kept >= 10 * FRAME - PRE_SKIP // 2
    wanted = 20 * CLOCK_HZ
    end_file(path, wanted)
    closed = path.read_bytes()
    assert played_samples(path) == decoded_samples(closed) == wanted
    last = read_page(closed, closed.rindex(b"OggS"))
    assert last is not None
    assert last.flags & LAST
    end_file(path, 2 * wanted)
    assert path.read_bytes() == closed


def test_what_is_no_ogg_file_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "floor.ogg"
    path.write_bytes(b"OggS and nothing more")
    assert played_samples(path) == 0
    end_file(path, 100)
    assert path.read_bytes() == b"OggS and nothing more"
