"""Ogg pages, one for each packet with the time it ends at, and MP3 frames of one length."""

from itertools import pairwise

import pytest

from broadcaster.audio.containers import (
    LOW_MP3_BITRATE,
    LOW_MP3_FRAME_BYTES,
    MP3_BITRATE,
    MP3_FRAME_BYTES,
    OggOpus,
    OpusToMp3,
)
from broadcaster.audio.opus import OpusEncoder

PRE_SKIP_BYTES = slice(38, 40)
"""In the identification header, after a page header of 28 bytes (RFC 7845 section 5.1)."""


def pages(stream: bytes) -> list[tuple[int, int]]:
    """Granule position and number of packets of each page (RFC 3533 section 6)."""
    found, at = [], 0
    while at < len(stream):
        assert stream[at : at + 4] == b"OggS"
        sizes = stream[at + 27 : at + 27 + stream[at + 26]]
        granule = int.from_bytes(stream[at + 6 : at + 14], "little")
        found.append((granule, sum(size < 255 for size in sizes)))
        at += 27 + len(sizes) + sum(sizes)
    return found


def silence(frame_ms: int) -> bytes:
    return OpusEncoder(24 * frame_ms).encode(bytes(48 * frame_ms))


@pytest.mark.parametrize("frame_ms", [20, 40, 60])
def test_a_page_for_each_packet(frame_ms: int) -> None:
    ogg, packet = OggOpus(), silence(frame_ms)
    pre_skip = int.from_bytes(ogg.head[PRE_SKIP_BYTES], "little")
    made = [ogg.push(packet) for _ in range(100)]
    assert [len(pages(piece)) for piece in made] == [0, *[1] * 99]
    found = pages(b"".join(made))
    assert {packets for _, packets in found} == {1}
    assert found[0][0] == 48 * frame_ms + pre_skip
    assert {later - earlier for (earlier, _), (later, _) in pairwise(found)} == {48 * frame_ms}


def test_packets_of_several_lengths() -> None:
    ogg = OggOpus()
    lengths = [60, 20, 20, 40, 60, 20, 60]
    found = pages(b"".join(ogg.push(silence(frame_ms)) for frame_ms in lengths))
    steps = [later - earlier for (earlier, _), (later, _) in pairwise(found)]
    assert steps == [48 * frame_ms for frame_ms in lengths[1:-1]]


@pytest.mark.parametrize("damaged", [b"", b"\x4b", b"\x4b\x00", b"\x4b\x3f"])
def test_silence_takes_the_place_of_what_is_not_opus(damaged: bytes) -> None:
    ogg = OggOpus()
    packets = [silence(60), damaged, damaged, silence(60), silence(60), silence(60)]
    found = pages(b"".join(ogg.push(packet) for packet in packets))
    steps = [later - earlier for (earlier, _), (later, _) in pairwise(found)]
    assert steps == [48 * frame_ms for frame_ms in [20] * 6 + [60] * 2]


@pytest.mark.parametrize(
    ("bitrate", "frame_bytes"),
    [(MP3_BITRATE, MP3_FRAME_BYTES), (LOW_MP3_BITRATE, LOW_MP3_FRAME_BYTES)],
)
def test_every_mp3_frame_is_equally_long(bitrate: int, frame_bytes: int) -> None:
    mp3 = OpusToMp3(bitrate)
    written = b"".join(mp3.push(silence(60)) for _ in range(100))
    frames, rest = divmod(len(written), frame_bytes)
    assert rest == 0
    assert frames > 200
    assert {written[at : at + 2] for at in range(0, len(written), frame_bytes)} == {b"\xff\xf3"}
