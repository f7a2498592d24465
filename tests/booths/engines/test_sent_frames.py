"""Positions of the floor that a session has heard, whatever was dropped."""

from broadcaster.booths.engines.sent_frames import SentFrames
from broadcaster.realtime.protocol.settings import TranscriptionConfig
from broadcaster.realtime.protocol.transcription import TranscriptionProtocol
from broadcaster.realtime.socket.frame_queue import QUEUE_FRAMES, FrameQueue
from broadcaster.realtime.wire import FRAME_BYTES, FRAME_SAMPLES
from tests.realtime.peer import StillClock

STARTED = 7 * FRAME_SAMPLES


class Session:
    """A session that is fed, and sends what it is told to send."""

    def __init__(self) -> None:
        protocol = TranscriptionProtocol(TranscriptionConfig(), StillClock())
        session = {"id": "s", "type": "transcription"}
        protocol.receive({"type": "session.created", "session": session})
        protocol.receive({"type": "session.updated", "session": session})
        self.frames = FrameQueue(protocol)
        self.sent = SentFrames(self.frames)

    def feed(self, *positions: int) -> None:
        for position in positions:
            self.sent.before_append()
            self.frames.put(bytes(FRAME_BYTES))
            self.sent.appended(position)

    def send(self, frames: int) -> None:
        for _ in range(frames):
            assert self.frames.send_oldest()


def frames_from(position: int, count: int) -> list[int]:
    return [position + number * FRAME_SAMPLES for number in range(count)]


def test_nothing_is_known_before_the_first_frame() -> None:
    assert Session().sent.start(0) is None
    assert Session().sent.end(0) is None


def test_the_first_sample_is_where_it_began() -> None:
    session = Session()
    session.feed(*frames_from(STARTED, 5))
    assert session.sent.start(0) == STARTED
    session.send(5)
    assert session.sent.end(1_000) == STARTED + 1_000
    assert session.sent.end(5 * FRAME_SAMPLES) == STARTED + 5 * FRAME_SAMPLES


def test_a_jump_of_the_floor_moves_what_follows_it() -> None:
    session = Session()
    session.feed(*frames_from(STARTED, 2), *frames_from(STARTED + 240_000, 2))
    session.send(4)
    cut = 2 * FRAME_SAMPLES
    assert session.sent.end(cut) == STARTED + cut
    assert session.sent.start(cut) == STARTED + 240_000
    assert session.sent.end(cut + 100) == STARTED + 240_100


def test_frames_that_a_slow_socket_dropped_were_not_heard() -> None:
    session = Session()
    session.feed(*frames_from(STARTED, 1))
    session.send(1)
    session.feed(*frames_from(STARTED + FRAME_SAMPLES, QUEUE_FRAMES + 3))
    session.send(QUEUE_FRAMES)
    assert session.sent.end(FRAME_SAMPLES) == STARTED + FRAME_SAMPLES
    assert session.sent.start(FRAME_SAMPLES) == STARTED + 4 * FRAME_SAMPLES
