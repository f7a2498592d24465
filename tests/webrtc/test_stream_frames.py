"""A stream that comes in bursts, by another clock, with gaps: what is sent of it."""

import numpy as np
import pytest

from broadcaster.webrtc.clients.frames import FRAME_S
from broadcaster.webrtc.clients.stream_frames import LIVE, PULLED, Buffering, StreamFrames
from tests.support.clock import FakeClock

FRAME_SAMPLES = 480


def sine(seconds: float, start_s: float = 0.0) -> bytes:
    """440 Hz in both channels, s16le 24 kHz."""
    time_s = start_s + np.arange(round(seconds * 24_000)) / 24_000
    tone = (10_000 * np.sin(2 * np.pi * 440 * time_s)).astype("<i2")
    return tone.repeat(2).tobytes()


class Sender:
    """Sends a tone by a clock that is a little wrong, in bursts."""

    def __init__(self, frames: StreamFrames, rate: float = 1.0, burst_s: float = 0.02) -> None:
        self._frames = frames
        self._rate = rate
        self._burst_s = burst_s
        self._sent_s = 0.0

    def send_until(self, now_s: float) -> None:
        while self._sent_s + self._burst_s <= now_s * self._rate:
            self._frames.add_pcm(sine(self._burst_s, self._sent_s))
            self._sent_s += self._burst_s


async def heard(frames: StreamFrames, clock: FakeClock, sender: Sender, seconds: float) -> bytes:
    """The sound that is sent on in this time."""
    until_s, sound = clock.seconds + seconds, []
    while clock.seconds < until_s:
        sender.send_until(clock.seconds)
        sound.append(await frames.next_frame())
    return b"".join(sound)


def steps(sound: bytes) -> float:
    """The largest step between two samples of the left channel."""
    return float(np.abs(np.diff(np.frombuffer(sound, "<i2")[::2].astype(float))).max())


TONE_STEP = 10_000 * 2 * np.pi * 440 / 24_000


@pytest.mark.parametrize("rate", [1 - 3e-4, 1.0, 1 + 3e-4])
async def test_a_clock_that_differs_costs_no_sample_(rate: float) -> None:
    clock = FakeClock()
    frames = StreamFrames(LIVE, clock)
    sender = Sender(frames, rate, burst_s=0.1)
    await heard(frames, clock, sender, 100)
    sound = await heard(frames, clock, sender, 30)
    assert frames.gaps == 0
    assert steps(sound) <= TONE_STEP * 1.01
    assert len(frames._buffer) / 96_000 < 0.7, "the delay stays as short as it was"


async def test_a_gap_is_silence_with_soft_edges_and_the_buffer_learns_from_it() -> None:
    clock = FakeClock()
    frames = StreamFrames(LIVE, clock)
    sender = Sender(frames)
    before = await heard(frames, clock, sender, 2)
    gap = b"".join([await frames.next_frame() for _ in range(50)])
    after = await heard(frames, clock, sender, 3)
    assert frames.gaps == 1
    assert not gap[-1_920:].strip(b"\0")
    assert steps(before + gap + after) <= 1.3 * TONE_STEP
    assert frames._first_s > LIVE.first_s


async def test_a_burst_after_a_stall_is_not_heard_late() -> None:
    clock = FakeClock()
    frames = StreamFrames(LIVE, clock)
    sender = Sender(frames)
    await heard(frames, clock, sender, 2)
    for _ in range(400):
        await frames.next_frame()
    sound = await heard(frames, clock, sender, 2)
    assert len(frames._buffer) / 96_000 < 0.9
    assert steps(sound) <= 1.3 * TONE_STEP


async def test_a_server_that_sends_much_at_once_waits_and_nothing_is_dropped() -> None:
    clock = FakeClock()
    frames = StreamFrames(PULLED, clock)
    given_s = 0.0
    sound = b""
    for _ in range(1_000):
        while frames.wants_sound and given_s < 15:
            frames.add_pcm(sine(1, given_s))
            given_s += 1
        sound += await frames.next_frame()
    assert given_s == 15
    heard_samples = np.frombuffer(sound, "<i2")[::2].astype(int)
    said = np.frombuffer(sine(15), "<i2")[::2].astype(int)
    middle = slice(1_000, len(said) - 1_000)
    assert np.abs(heard_samples[middle] - said[middle]).max() <= 1


async def test_what_is_left_of_an_opening_is_not_heard_in_the_next_one() -> None:
    frames = StreamFrames(Buffering(0.1, 1.0, waits=False), FakeClock())
    frames.add_pcm(sine(0.5))
    assert (await frames.next_frame()).strip(b"\0")
    frames.forget()
    await frames.next_frame()
    assert not (await frames.next_frame()).strip(b"\0")


async def test_a_new_connection_begins_with_what_is_said_now() -> None:
    clock = FakeClock()
    frames = StreamFrames(LIVE, clock)
    frames.add_pcm(sine(1.5))
    frames.connected()
    assert len(frames._buffer) / 96_000 == pytest.approx(LIVE.first_s)
    for _ in range(5):
        await frames.next_frame()
    assert clock.seconds == pytest.approx(4 * FRAME_S)
    assert frames.position_s == pytest.approx(0.1)
