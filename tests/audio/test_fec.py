"""In-band FEC: packets that carry the one before them once more."""

from broadcaster.audio.opus import OpusDecoder, OpusEncoder
from broadcaster.model.audio import OPUS_FRAME_SAMPLES
from tests.audio.sounds import speech
from tests.audio.test_audio import best_correlation

STEP = OPUS_FRAME_SAMPLES * 2
SECONDS = 10


def packets(encoder: OpusEncoder) -> list[bytes]:
    pcm = speech()[: SECONDS * 48_000]
    return [encoder.encode(pcm[i : i + STEP]) for i in range(0, len(pcm) - STEP + 1, STEP)]


def has_fec(packet: bytes) -> bool:
    """Whether a 60 ms packet is SILK with its LBRR flag, the fourth bit after the TOC, set.

    RFC 6716 sections 3.1 (configurations 0 to 11 are SILK) and 4.2.3 (three voice activity flags
    come before it).
    """
    return packet[0] >> 3 < 12 and bool(packet[1] >> 4 & 1)


def test_most_packets_of_speech_carry_the_one_before() -> None:
    made = packets(OpusEncoder(loss_percent=10))
    assert sum(map(has_fec, made)) > len(made) / 2


def test_without_it_none_do() -> None:
    assert not any(map(has_fec, packets(OpusEncoder())))


def test_it_sounds_the_same() -> None:
    decoder = OpusDecoder()
    heard = b"".join(decoder.decode(packet) for packet in packets(OpusEncoder(loss_percent=10)))
    assert best_correlation(heard, speech()[: len(heard)]) > 0.9
