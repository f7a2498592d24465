"""The loop that sends, when it falls behind."""

import asyncio
from contextlib import ExitStack

from broadcaster.model.audio import OPUS_FRAME_SAMPLES, AudioFrame, Kind
from broadcaster.webrtc.egress.datagrams import open_udp
from broadcaster.webrtc.egress.fanout import RtpFanout
from broadcaster.webrtc.egress.rtp_sender import WAITING_FRAMES, RtpSender
from tests.support.deadline import deadline
from tests.support.tasks import background_task
from tests.webrtc.receivers import Receiver, packet


def frame(number: int) -> AudioFrame:
    return AudioFrame(Kind.OPUS, number, number * OPUS_FRAME_SAMPLES, packet(number))


def payloads(receiver: Receiver) -> list[bytes]:
    return [rtp.payload for rtp in receiver.packets()]


async def test_a_channel_that_is_behind_skips_to_now_and_no_other_does() -> None:
    busy = [Receiver.made(), Receiver.made()]
    calm = Receiver.made()
    with ExitStack() as stack:
        for receiver in (*busy, calm):
            stack.enter_context(receiver.sock)
        sender = RtpSender(stack.enter_context(open_udp(0, 1 << 16)))
        unsent: list[int] = []
        one = RtpFanout(sender.queue, lambda _: None, unsent.append)
        two = RtpFanout(sender.queue, lambda _: None)
        for receiver in busy:
            receiver.stream.play(one)
        calm.stream.play(two)
        sender.queue(two, frame(0))
        for number in range(3 * WAITING_FRAMES):
            sender.queue(one, frame(number))
        sender.queue(two, frame(1))
        assert unsent == [2] * 2 * WAITING_FRAMES
        heard: list[bytes] = []
        async with background_task(sender.run(), "sender"), deadline():
            while len(heard) < 2:
                heard += payloads(calm)
                await asyncio.sleep(0.01)
        assert heard == [packet(0), packet(1)]
        newest = [packet(n) for n in range(2 * WAITING_FRAMES, 3 * WAITING_FRAMES)]
        assert [payloads(receiver) for receiver in busy] == [newest, newest]
