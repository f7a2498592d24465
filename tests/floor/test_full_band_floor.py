"""The floor for human interpreters: up to 15 kHz, and only while one of them listens."""

import numpy as np

from broadcaster.audio.opus import OpusFrameDecoder
from broadcaster.audio.pcm import PcmResampler
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.floor.output import FULL_BAND_FLOOR, FloorOutput
from broadcaster.model import keys
from broadcaster.model.audio import CLOCK_HZ, FULL_BAND_HZ, OPUS_FRAME_SAMPLES, AudioFrame
from tests.audio.sounds import numbers, tone


async def test_the_full_band_is_published_while_somebody_listens() -> None:
    topic = keys.opus("talk", "floor+full")
    frames: list[AudioFrame] = []
    async with EmbeddedBus(None) as bus, bus.subscribe(topic, depth=4096) as heard:
        output = FloorOutput(bus, "talk", OPUS_FRAME_SAMPLES)
        sound = tone(1.2, 1_000), tone(1.2, 15_000, 3_000, rate_hz=FULL_BAND_HZ)
        length = len(sound[0]) // 2
        output.push_floor_pcm(0, *sound)
        output.wanted = frozenset({FULL_BAND_FLOOR})
        output.push_floor_pcm(length, *sound)
        output.advance_to(2 * length + CLOCK_HZ // 2)
        output.wanted = frozenset()
        output.push_floor_pcm(3 * length, *sound)
        bus.publish(topic, b"end")
        async for message in heard:
            if message.payload == b"end":
                break
            frames.append(AudioFrame.from_bytes(message.payload))
    assert frames[0].position == length
    assert frames[-1].position < 3 * length
    assert [frame.sequence for frame in frames] == list(range(len(frames)))
    decoder, resampler = OpusFrameDecoder("mono"), PcmResampler("mono", FULL_BAND_HZ)
    parts = [part for frame in frames for part in decoder.decode(frame.payload)]
    pcm = numbers(b"".join(resampler.convert(part) for part in parts))[24_000:48_000]
    wave = np.exp(-2j * np.pi * 15_000 * np.arange(24_000) / FULL_BAND_HZ) * np.hanning(24_000)
    assert abs(20 * np.log10(np.abs(pcm @ wave) * 4 / 24_000 / 3_000)) < 3
