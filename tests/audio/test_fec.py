"""In-band FEC: packets that carry the one before them once more."""

import pytest

from broadcaster.audio.opus import OpusDecoder, OpusEncoder
from broadcaster.model.variant import Coding
from tests.audio.sounds import best_correlation, speech

SECONDS = 10
LENGTHS = pytest.mark.parametrize("frame_ms", [20, 40, 60])


def packets(frame_ms: int, coding: Coding = Coding.PROTECTED) -> list[bytes]:
    encoder = OpusEncoder(24 * frame_ms, coding)
    pcm, step = speech()[: SECONDS * 48_000], 48 * frame_ms
    return [encoder.encode(pcm[i : i + step]) for i in range(0, len(pcm) - step + 1, step)]


def has_fec(packet: bytes, frame_ms: int) -> bool:
    """Whether a packet is SILK with its LBRR flag set.

    RFC 6716 sections 3.1 (configurations 0 to 11 are SILK) and 4.2.3 (after the TOC byte, after a
    voice activity flag for each 20 ms).
    """
    return packet[0] >> 3 < 12 and bool(packet[1] >> 7 - frame_ms // 20 & 1)


@LENGTHS
def test_most_packets_of_speech_carry_the_one_before(frame_ms: int) -> None:
    made = packets(frame_ms)
    assert sum(has_fec(packet, frame_ms) for packet in made) > len(made) / 2


@LENGTHS
@pytest.mark.parametrize("coding", [Coding.NORMAL, Coding.LOW_RATE])
def test_packets_without_fec_do_not(frame_ms: int, coding: Coding) -> None:
    assert not any(has_fec(packet, frame_ms) for packet in packets(frame_ms, coding))


@LENGTHS
def test_it_sounds_the_same(frame_ms: int) -> None:
    decoder = OpusDecoder()
    heard = b"".join(decoder.decode(packet) for packet in packets(frame_ms))
    assert best_correlation(heard, speech()[: len(heard)]) > 0.9
