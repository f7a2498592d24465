import math

import av
import numpy as np
import pytest

from broadcaster.audio.blocks import Blocks
from broadcaster.audio.level import FLOOR_DBFS, LevelMeter
from broadcaster.audio.opus import OpusDecoder, OpusEncoder
from broadcaster.audio.resample import ToFloor
from broadcaster.model.audio import CLOCK_HZ, opus_samples


def tone(seconds: float, hz: float = 440.0, amplitude: float = 8000, rate: int = CLOCK_HZ) -> bytes:
    t = np.arange(int(seconds * rate)) / rate
    return (amplitude * np.sin(2 * math.pi * hz * t)).astype("<i2").tobytes()


def best_correlation(heard: bytes, said: bytes) -> float:
    a = np.frombuffer(heard, "<i2").astype(float)
    b = np.frombuffer(said, "<i2").astype(float)
    size = 1 << (len(a) + len(b)).bit_length()
    cross = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
    return float(np.max(cross) / (np.linalg.norm(a) * np.linalg.norm(b)))


FRAMES = pytest.mark.parametrize("frame_samples", [480, 960, 1_440])


@FRAMES
def test_opus_round_trip_keeps_the_sound(frame_samples: int) -> None:
    rng = np.random.default_rng(1)
    sweep = np.sin(np.cumsum(rng.uniform(0.05, 0.3, CLOCK_HZ * 2)))
    pcm = (8000 * sweep).astype("<i2").tobytes()
    encoder, decoder = OpusEncoder(frame_samples), OpusDecoder()
    step = frame_samples * 2
    packets = [encoder.encode(pcm[i : i + step]) for i in range(0, len(pcm) - step + 1, step)]
    assert all(packets)
    heard = b"".join(decoder.decode(packet) for packet in packets)
    assert best_correlation(heard, pcm[: len(heard)]) > 0.9
    assert len(heard) >= (len(packets) - 2) * step


def decoded_samples(packet: bytes) -> int:
    """At 48 kHz."""
    decoder = av.CodecContext.create("libopus", "r")
    assert isinstance(decoder, av.AudioCodecContext)
    return sum(frame.samples for frame in decoder.decode(av.Packet(packet)))


@FRAMES
def test_an_opus_packet_is_as_long_as_it_should_be(frame_samples: int) -> None:
    packet = OpusEncoder(frame_samples).encode(bytes(frame_samples * 2))
    assert decoded_samples(packet) == 2 * frame_samples
    assert opus_samples(packet) == frame_samples


@pytest.mark.parametrize("frame_ms", ["2.5", "5", "10", "20", "40", "60", "80", "100", "120"])
@pytest.mark.parametrize(
    "more",
    [
        {"application": "lowdelay"},
        {"application": "voip", "b": "12000"},
        {"application": "audio", "b": "64000", "vbr": "off"},
    ],
)
def test_a_packet_says_how_long_it_is(frame_ms: str, more: dict[str, str]) -> None:
    """Whatever libopus makes of a length: SILK, hybrid or CELT, one to six frames in a packet."""
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "mono", "s16"
    encoder.options = {"frame_duration": frame_ms, **more}
    encoder.open()
    size = encoder.frame_size
    said = np.frombuffer(tone(0.5, rate=48_000), "<i2")
    for number in range(3):
        piece = said[number * size :][:size].reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(piece), "s16", "mono")
        frame.sample_rate, frame.pts = 48_000, number * size
        for packet in encoder.encode(frame):
            assert decoded_samples(bytes(packet)) == size
            assert opus_samples(bytes(packet)) == size // 2


@pytest.mark.parametrize("packet", [b"", b"\x4b", b"\x4b\x00", b"\x5b\x03", b"\x4b\x07"])
def test_what_is_no_opus_packet_has_no_length(packet: bytes) -> None:
    assert opus_samples(packet) == 0


def test_opus_refuses_another_length() -> None:
    with pytest.raises(ValueError, match="2880"):
        OpusEncoder().encode(b"\0" * 960)


def test_resampling_keeps_time() -> None:
    to_floor = ToFloor()
    heard = b""
    stereo = np.repeat(np.frombuffer(tone(1.0, rate=48_000), "<i2"), 2)
    for start in range(0, 48_000, 960):
        piece = stereo[start * 2 : (start + 960) * 2].reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(piece), "s16", "stereo")
        frame.sample_rate = 48_000
        heard += to_floor.convert(frame)
    heard += to_floor.flush()
    assert abs(len(heard) // 2 - CLOCK_HZ) <= 40
    assert best_correlation(heard, tone(1.0)) > 0.98


def test_level_of_a_tone() -> None:
    meter = LevelMeter()
    meter.add(tone(1.0, amplitude=16_384))
    level = meter.take()
    assert level.level_dbfs == pytest.approx(-9.0, abs=0.2)
    assert level.peak_dbfs == pytest.approx(-6.0, abs=0.2)
    assert (level.clipping, level.silent_ms) == (False, 0)


def test_silence_is_counted_until_somebody_speaks() -> None:
    meter = LevelMeter()
    for seconds in (1, 2):
        for _ in range(50):
            meter.add(bytes(960))
        assert meter.take().silent_ms == seconds * 1000
    assert meter.take().level_dbfs == FLOOR_DBFS
    meter.add(tone(0.02))
    assert meter.take().silent_ms == 0


def test_clipping_is_seen() -> None:
    meter = LevelMeter()
    meter.add(b"\xff\x7f" * 100)
    assert meter.take().clipping


def test_blocks_are_whole_and_in_place() -> None:
    blocks = Blocks(480)
    pieces = [(0, tone(0.03)), (720, tone(0.01)), (960, tone(0.02))]
    cut = [block for position, pcm in pieces for block in blocks.push(position, pcm)]
    assert [block.position for block in cut] == [0, 480, 960]
    assert all(len(block.pcm) == 960 for block in cut)


def test_a_short_gap_becomes_silence() -> None:
    blocks = Blocks(480)
    cut = blocks.push(0, b"\1\1" * 480) + blocks.push(960, b"\1\1" * 480)
    assert [block.position for block in cut] == [0, 480, 960]
    assert cut[1].pcm == bytes(960)


def test_a_long_gap_is_a_jump_and_loses_nothing_before_it() -> None:
    blocks = Blocks(480, longest_fill=CLOCK_HZ)
    cut = blocks.push(0, b"\1\1" * 100) + blocks.push(10 * CLOCK_HZ, b"\2\2" * 480)
    assert [block.position for block in cut] == [0, 10 * CLOCK_HZ]
    assert cut[0].pcm == b"\1\1" * 100 + bytes(760)


def test_what_was_already_passed_is_cut_off() -> None:
    blocks = Blocks(480)
    blocks.push(0, bytes(960))
    assert blocks.push(240, b"\1\1" * 720)[0].position == 480
    assert blocks.push(0, b"\1\1" * 480) == []


def test_time_that_passes_without_sound_is_silence() -> None:
    blocks = Blocks(480)
    assert blocks.advance_to(5000) == []
    blocks.push(4800, b"\1\1" * 240)
    cut = blocks.advance_to(6000)
    assert [block.position for block in cut] == [4800, 5280]
    assert cut[0].pcm == b"\1\1" * 240 + bytes(480)


def test_aligned_blocks_are_the_same_for_everybody() -> None:
    sound = tone(2.0, 440.0)
    early, late = Blocks(4_800, aligned=True), Blocks(4_800, aligned=True)
    cuts = []
    for blocks, begin in ((early, 480), (late, 14_880)):
        pieces = range(begin, 48_000, 480)
        cuts.append(
            {b.position: b.pcm for p in pieces for b in blocks.push(p, sound[2 * p :][:960])}
        )
    assert min(cuts[0]) == 4_800
    assert min(cuts[1]) == 19_200
    assert cuts[1].items() <= cuts[0].items()
