"""Frames are due in time, none is lost with a connection, and no error ends them silently."""

import itertools
from collections.abc import Iterator

import pytest

from broadcaster.webrtc.clients.frames import (
    FRAME_BYTES,
    MAX_LIVE_FRAMES,
    LiveFrames,
    PacedFrames,
)
from tests.support.clock import FakeClock


def numbered(number: int) -> bytes:
    return number.to_bytes(2, "little") * (FRAME_BYTES // 2)


def pieces(count: int) -> Iterator[bytes]:
    """`count` numbered frames, cut at places that no frame has."""
    whole = b"".join(map(numbered, range(1, count + 1)))
    return (whole[start : start + 700] for start in range(0, len(whole), 700))


async def taken(frames: PacedFrames | LiveFrames, count: int) -> list[int]:
    return [int.from_bytes((await frames.next_frame())[:2], "little") for _ in range(count)]


async def test_frames_come_by_the_clock_and_silence_follows() -> None:
    clock = FakeClock()
    frames = PacedFrames(pieces(3), clock)
    assert await taken(frames, 5) == [1, 2, 3, 0, 0]
    assert clock.seconds == pytest.approx(0.08)
    assert frames.ended.is_set()
    assert frames.position_s == pytest.approx(0.06)


async def test_the_last_frame_is_filled_up() -> None:
    frames = PacedFrames(iter([numbered(7)[:100]]), FakeClock())
    assert await frames.next_frame() == numbered(7)[:100].ljust(FRAME_BYTES, b"\0")
    assert frames.ended.is_set()


async def test_a_machine_that_slept_sends_no_burst() -> None:
    clock = FakeClock()
    frames = PacedFrames(pieces(100), clock)
    await taken(frames, 10)
    clock.seconds += 600
    woke_s = clock.seconds
    assert await taken(frames, 10) == list(range(11, 21))
    assert clock.seconds == pytest.approx(woke_s + 9 * 0.02)


async def test_a_new_connection_repeats_what_was_not_confirmed() -> None:
    frames = PacedFrames(pieces(100), FakeClock())
    await taken(frames, 50)
    frames.confirm(0.1)
    frames.connected()
    assert frames.position_s == pytest.approx(0.9)
    assert await taken(frames, 20) == list(range(46, 66))
    frames.connected()
    assert await taken(frames, 3) == [46, 47, 48]
    frames.connected()
    assert await taken(frames, 25) == list(range(46, 71))


async def test_the_end_is_reached_again_after_a_repetition() -> None:
    clock = FakeClock()
    frames = PacedFrames(pieces(10), clock)
    await taken(frames, 12)
    assert frames.ended.is_set()
    assert frames.unconfirmed
    frames.connected()
    assert not frames.ended.is_set()
    assert await taken(frames, 12) == [*range(1, 11), 0, 0]
    assert frames.ended.is_set()
    clock.seconds += 1
    frames.confirm(0.5)
    assert not frames.unconfirmed


async def test_a_piece_that_is_not_ready_does_not_move_the_position() -> None:
    source = itertools.chain([b"", b""], pieces(2), [b""], pieces(1))
    frames = PacedFrames(source, FakeClock())
    assert await taken(frames, 7) == [0, 0, 1, 2, 0, 1, 0]
    assert frames.position_s == pytest.approx(0.06)


async def test_an_error_of_the_source_is_kept_for_its_owner() -> None:
    def failing() -> Iterator[bytes]:
        yield numbered(1)
        raise ZeroDivisionError

    frames = PacedFrames(failing(), FakeClock())
    assert await taken(frames, 3) == [1, 0, 0]
    assert isinstance(frames.failure, ZeroDivisionError)
    assert frames.ended.is_set()


async def test_a_device_that_is_not_heard_in_time_is_dropped_from_the_oldest() -> None:
    frames = LiveFrames()
    for piece in pieces(MAX_LIVE_FRAMES + 3):
        frames.add_pcm(piece)
    assert await taken(frames, 2) == [4, 5]
    assert frames.dropped_frames == 3
    frames.connected()
    frames.add_pcm(numbered(99))
    assert await taken(frames, 3) == [99, 0, 0]


async def test_stereo_frames_hold_both_channels() -> None:
    stereo = b"\1\0\2\0" * 480
    paced = PacedFrames(iter([stereo[:100], stereo[100:], stereo[:40]]), FakeClock(), channels=2)
    assert await paced.next_frame() == stereo
    assert await paced.next_frame() == stereo[:40].ljust(2 * FRAME_BYTES, b"\0")
    assert await paced.next_frame() == bytes(2 * FRAME_BYTES)
    assert paced.level().silent_ms == 60
    live = LiveFrames(channels=2)
    live.add_pcm(stereo[:500])
    live.add_pcm(stereo[500:])
    assert await live.next_frame() == stereo
