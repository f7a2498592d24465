import av
import numpy as np
import numpy.typing as npt
import pytest

from broadcaster.audio.containers import OpusToMp3
from broadcaster.audio.opus import OpusDecoder, OpusEncoder, OpusFrameDecoder, OpusStream
from broadcaster.audio.pcm import PcmResampler, to_frame
from broadcaster.model.audio import CLOCK_HZ, LOW_RATE_FRAME_SAMPLES, AudioFrame, Kind, opus_samples
from broadcaster.model.variant import Coding
from tests.audio.sounds import best_correlation, numbers, speech, tone, voice_like

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
    said = np.frombuffer(tone(0.5, rate_hz=48_000), "<i2")
    for number in range(3):
        piece = said[number * size :][:size].reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(piece), "s16", "mono")
        frame.sample_rate, frame.pts = 48_000, number * size
        for packet in encoder.encode(frame):
            assert decoded_samples(bytes(packet)) == size
            assert opus_samples(bytes(packet)) == size // 2


@pytest.mark.parametrize("packet", [b"", b"\x4b", b"\x4b\x00", b"\x5b\x03", b"\x4b\x07"])
def test_bytes_that_are_not_opus_have_no_length(packet: bytes) -> None:
    assert opus_samples(packet) == 0


def at_48_khz(frames: list[AudioFrame]) -> npt.NDArray[np.float64]:
    decoder, resampler = OpusFrameDecoder("mono"), PcmResampler("mono", 48_000)
    parts = [part for frame in frames for part in decoder.decode(frame.payload)]
    return numbers(b"".join(resampler.convert(part) for part in parts))


@FRAMES
@pytest.mark.parametrize("sound", [voice_like(8), speech()[: 8 * 48_000]], ids=["voice", "talk"])
def test_another_coding_in_the_middle_of_a_sound_does_not_click(
    frame_samples: int, sound: bytes
) -> None:
    """Twice a second, in the middle of words."""
    widened = PcmResampler("mono", 48_000).convert(to_frame(sound, 0))
    half_second = 48_000
    changed, steady = (OpusStream(frame_samples, rate_hz=48_000) for _ in range(2))
    heard: list[list[AudioFrame]] = [[], []]
    for number, at in enumerate(range(0, len(widened), half_second)):
        changed.change_coding(Coding.FULL_BAND if number % 2 else Coding.NORMAL)
        for stream, frames in zip((changed, steady), heard, strict=True):
            frames.extend(stream.encode_pcm(widened[at : at + half_second], at // 4))
    assert [frame.sequence for frame in heard[0]] == list(range(len(heard[1])))
    edges = [np.abs(np.diff(at_48_khz(frames), 2)) for frames in heard]
    assert edges[0].max() < 1.3 * edges[1].max()


@FRAMES
def test_a_full_band_passes_up_to_15_khz(frame_samples: int) -> None:
    """ISO 20109: 125 Hz to 15 kHz within 3 dB."""
    stream = OpusStream(frame_samples, Coding.FULL_BAND, 48_000)
    for hz in (125, 1_000, 8_000, 12_000, 15_000):
        said = tone(1.0, hz, 3_000, rate_hz=48_000)
        frames = stream.encode_pcm(said, 0)
        stream.rest()
        assert {opus_samples(frame.payload) for frame in frames} == {frame_samples}
        heard = at_48_khz(frames)[-24_000:]
        wave = np.exp(-2j * np.pi * hz * np.arange(24_000) / 48_000) * np.hanning(24_000)
        level_db = 20 * np.log10(np.abs(heard @ wave) * 4 / 24_000 / 3_000)
        assert abs(level_db) < 3, hz


def test_opus_refuses_another_length() -> None:
    with pytest.raises(ValueError, match="2880"):
        OpusEncoder().encode(b"\0" * 960)


def test_a_stream_counts_on_after_a_rest() -> None:
    stream, silence = OpusStream(480), bytes(960)
    frames = stream.encode_pcm(silence, 480)
    stream.rest()
    frames += stream.encode_pcm(silence, 24_000)
    assert [(frame.kind, frame.sequence, frame.position) for frame in frames] == [
        (Kind.OPUS, 0, 480),
        (Kind.OPUS, 1, 24_000),
    ]


def test_after_a_rest_nothing_of_the_sound_before_is_heard() -> None:
    stream = OpusStream(480)
    [fresh] = stream.encode_pcm(bytes(960), 0)
    stream.encode_pcm(tone(1.0), 480)
    stream.rest()
    [later] = stream.encode_pcm(bytes(960), 48_000)
    assert later.payload == fresh.payload


@FRAMES
def test_a_low_rate_stream_has_long_packets_and_few_bytes(frame_samples: int) -> None:
    stream, decoder = OpusStream(frame_samples, Coding.LOW_RATE), OpusDecoder()
    pcm, size = speech()[: 9 * CLOCK_HZ * 2], frame_samples * 2
    frames = [
        frame
        for at in range(0, len(pcm), size)
        for frame in stream.encode_pcm(pcm[at : at + size], at // 2)
    ]
    assert [frame.sequence for frame in frames] == list(range(len(frames)))
    assert {opus_samples(frame.payload) for frame in frames} == {LOW_RATE_FRAME_SAMPLES}
    assert [frame.position for frame in frames] == [
        number * LOW_RATE_FRAME_SAMPLES for number in range(len(frames))
    ]
    bits = 8 * sum(len(frame.payload) for frame in frames)
    assert bits / (len(pcm) / 2 / CLOCK_HZ) < 14_000
    assert all(8 <= frame.payload[0] >> 3 < 12 for frame in frames), "speech up to 8 kHz"
    heard = b"".join(decoder.decode(frame.payload) for frame in frames)
    assert best_correlation(heard, pcm[: len(heard)]) > 0.8


def test_a_jump_of_the_clock_ends_a_low_rate_packet_and_begins_another() -> None:
    stream, silence = OpusStream(480, Coding.LOW_RATE), bytes(960)
    assert stream.encode_pcm(silence, 0) == []
    jump = [frame for at in (48_000, 48_480, 48_960) for frame in stream.encode_pcm(silence, at)]
    assert [(frame.sequence, frame.position) for frame in jump] == [(0, 0), (1, 48_000)]


@FRAMES
@pytest.mark.parametrize("damaged", [b"", b"\x4b", b"\x4b\x00", b"\xff" * 40, bytes(20_000)])
def test_a_damaged_packet_costs_its_own_time_and_no_more(
    frame_samples: int, damaged: bytes
) -> None:
    said = tone(2.0)
    encoder, decoder, mp3 = OpusEncoder(frame_samples), OpusDecoder(), OpusToMp3()
    step = frame_samples * 2
    packets = [encoder.encode(said[i : i + step]) for i in range(0, len(said) - step + 1, step)]
    half = len(packets) // 2
    packets[half : half + 2] = [damaged, damaged]
    heard = [decoder.decode(packet) for packet in packets]
    assert {len(piece) for piece in heard[1:]} == {step}
    assert all(np.frombuffer(piece, "<i2").max() > 1_000 for piece in heard[half + 3 :])
    written = b"".join(mp3.push(packet) for packet in packets)
    assert len(written) == pytest.approx(
        96_000 / 8 * len(packets) * frame_samples / 24_000, rel=0.1
    )
