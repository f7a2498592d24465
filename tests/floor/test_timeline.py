import itertools
import random

import pytest

from broadcaster.audio.opus import OpusDecoder
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.floor.output import FloorOutput
from broadcaster.floor.timeline import Timeline
from broadcaster.model import keys
from broadcaster.model.audio import AudioFrame, opus_samples, wall_position
from broadcaster.model.ports import Message


def test_the_event_clock_counts_from_going_live() -> None:
    assert wall_position(live_at_ms=1_000, now_ms=2_500) == 36_000
    assert wall_position(live_at_ms=1_000, now_ms=900) == 0


def test_pieces_join_by_the_publishers_clock() -> None:
    timeline = Timeline(24_000)
    assert timeline.place(96_000, 0) == 24_000
    assert timeline.place(96_960, 24_480) == 24_480
    assert timeline.place(98_880, 24_960) == 25_440


def test_late_pieces_move_the_line_and_are_never_dropped() -> None:
    timeline = Timeline(0)
    assert timeline.place(0, 0) == 0
    assert timeline.place(960, 24_000) == 24_000
    assert timeline.place(1_920, 24_480) == 24_480


@pytest.mark.parametrize("frame_samples", [480, 960, 1_440])
async def test_floor_frames_follow_each_other_whatever_comes_in(frame_samples: int) -> None:
    chance = random.Random(4)
    async with (
        EmbeddedBus(None) as bus,
        bus.subscribe(keys.floor_pcm("talk"), keys.opus("talk", "floor"), depth=4096) as heard,
    ):
        output = FloorOutput(bus, "talk", frame_samples)
        position = 0
        for _ in range(300):
            match chance.randrange(4):
                case 0:
                    position += chance.randrange(2_000)
                case 1:
                    output.advance_to(output.next_position + chance.randrange(3_000))
            length = chance.randrange(1, 1_000)
            output.push_floor_pcm(position, bytes(2 * length), bytes(4 * length))
            position += length
        output.push_floor_pcm(position + 100 * 24_000, bytes(2 * 2_880), bytes(4 * 2_880))
        bus.publish("end", b"")
        messages: list[Message] = []
        async for message in heard:
            messages.append(message)
            frame = AudioFrame.from_bytes(message.payload)
            if frame.position >= position + 100 * 24_000 and message.topic.startswith("opus"):
                break
    decoder = OpusDecoder()
    pcm, opus = keys.floor_pcm("talk"), keys.opus("talk", "floor")
    for topic, samples in ((pcm, 480), (opus, frame_samples)):
        frames = [AudioFrame.from_bytes(m.payload) for m in messages if m.topic == topic]
        assert [frame.sequence for frame in frames] == list(range(len(frames)))
        steps = [b.position - a.position for a, b in itertools.pairwise(frames)]
        jumps = [step for step in steps if step != samples]
        assert len(jumps) <= 1
        assert all(step > 0 for step in steps)
        if topic == pcm:
            assert all(len(frame.payload) == 960 for frame in frames)
        else:
            assert {opus_samples(frame.payload) for frame in frames} == {frame_samples}
            assert all(decoder.decode(frame.payload) is not None for frame in frames)
