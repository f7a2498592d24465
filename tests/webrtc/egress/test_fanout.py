"""RTP to many listeners: what a plain receiver with the right keys sees on its socket."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise

import pytest
from aiortc.rtp import RtcpPacket, RtcpSdesPacket, RtcpSrPacket, RtpPacket
from pylibsrtp import Policy, Session

from broadcaster.model.audio import OPUS_FRAME_SAMPLES, AudioFrame, Kind
from broadcaster.webrtc.egress.datagrams import name_of, open_udp
from broadcaster.webrtc.egress.dtls import PROFILES
from broadcaster.webrtc.egress.fanout import RtpFanout
from broadcaster.webrtc.egress.rtp_batch import RtpBatch
from tests.webrtc.receivers import Receiver, packet

SLICE = 4
FRAME_TICKS = 2_880
BEYOND = 1 << 32


@dataclass
class Sender:
    """A socket, a batch, and channels that speak in frames of their number."""

    sock: socket.socket
    batch: RtpBatch

    def say(self, fanout: RtpFanout, number: int) -> None:
        self.begin(fanout, number)
        while self.slice(fanout):
            pass

    def begin(self, fanout: RtpFanout, number: int) -> None:
        fanout.start(AudioFrame(Kind.OPUS, number, number * OPUS_FRAME_SAMPLES, packet(number)))

    def slice(self, fanout: RtpFanout) -> int:
        count = fanout.fill(self.batch)
        if count:
            assert self.batch.send(self.sock) == count == self.batch.filled
        return count


def channel() -> RtpFanout:
    return RtpFanout(lambda *_: None, lambda _: None)


@pytest.fixture(params=[None, False], ids=["bulk", "one by one"])
def sender(request: pytest.FixtureRequest) -> Iterator[Sender]:
    with open_udp(0, 1 << 16) as sock:
        yield Sender(sock, RtpBatch(SLICE, bulk=request.param))


@pytest.fixture
def ten() -> Iterator[list[Receiver]]:
    receivers = [Receiver.made(PROFILES[number % len(PROFILES)]) for number in range(10)]
    with ExitStack() as stack:
        for receiver in receivers:
            stack.enter_context(receiver.sock)
        yield receivers


def unbroken(packets: list[RtpPacket]) -> None:
    """One SSRC, numbers without a gap, times of adjoining frames."""
    assert len({rtp.ssrc for rtp in packets}) == 1
    first = packets[0]
    for place, rtp in enumerate(packets):
        assert rtp.sequence_number == (first.sequence_number + place) % (1 << 16)
        assert rtp.timestamp == (first.timestamp + place * FRAME_TICKS) % BEYOND
        assert rtp.marker == int(place == 0)


def test_everybody_hears_every_frame(sender: Sender, ten: list[Receiver]) -> None:
    fanout = channel()
    for receiver in ten:
        receiver.stream.play(fanout)
    for number in range(5):
        sender.say(fanout, number)
    for receiver in ten:
        packets = receiver.packets()
        assert [rtp.payload for rtp in packets] == [packet(n) for n in range(5)]
        unbroken(packets)
        assert {rtp.payload_type for rtp in packets} == {111}
        assert packets[0].ssrc == receiver.stream.ssrc


def test_a_gap_on_the_clock_is_a_gap_in_time(sender: Sender, ten: list[Receiver]) -> None:
    fanout = channel()
    ten[0].stream.play(fanout)
    for number in (1000, 1001, 1051):
        sender.say(fanout, number)
    sender.say(fanout, 3)
    times = [rtp.timestamp for rtp in ten[0].packets()]
    steps = [(later - earlier) % BEYOND for earlier, later in pairwise(times)]
    assert steps == [FRAME_TICKS, 50 * FRAME_TICKS, FRAME_TICKS]


def test_a_switch_does_not_break_the_stream(sender: Sender, ten: list[Receiver]) -> None:
    one, two = channel(), channel()
    for receiver in ten:
        receiver.stream.play(one)
    sender.say(one, 0)
    sender.say(two, 50_000)
    for receiver in ten[::2]:
        receiver.stream.play(two)
    sender.say(one, 1)
    sender.say(two, 50_001)
    assert (len(one), len(two)) == (5, 5)
    for place, receiver in enumerate(ten):
        packets = receiver.packets()
        expected = [packet(0), packet(1 if place % 2 else 50_001)]
        assert [rtp.payload for rtp in packets] == expected
        assert (packets[1].sequence_number - packets[0].sequence_number) % (1 << 16) == 1
        assert (packets[1].timestamp - packets[0].timestamp) % BEYOND == FRAME_TICKS
        assert packets[1].marker == 1 - place % 2


@pytest.mark.parametrize("leaver", range(10))
def test_leaving_within_a_frame_costs_nobody_a_packet(leaver: int, ten: list[Receiver]) -> None:
    one, two = channel(), channel()
    for receiver in ten:
        receiver.stream.play(one)
    with open_udp(0, 1 << 16) as sock:
        sender = Sender(sock, RtpBatch(SLICE))
        sender.begin(one, 0)
        sender.slice(one)
        ten[leaver].stream.play(two)
        while sender.slice(one):
            pass
        sender.say(two, 9)
        sender.say(one, 1)
    for place, receiver in enumerate(ten):
        packets = receiver.packets()
        if place == leaver:
            had = [packet(0)] if leaver < SLICE else []
            assert [rtp.payload for rtp in packets] == [*had, packet(9)]
        else:
            assert [rtp.payload for rtp in packets] == [packet(0), packet(1)]
            unbroken(packets)
        numbers = [rtp.sequence_number for rtp in packets]
        assert numbers == [(numbers[0] + i) % (1 << 16) for i in range(len(numbers))]


def test_sender_reports(sender: Sender, ten: list[Receiver]) -> None:
    fanout = channel()
    for receiver in ten:
        receiver.stream.play(fanout)
    sender.say(fanout, 7)
    first = 0
    while count := fanout.report(sender.batch, 3 << 32, first):
        sender.batch.send(sender.sock)
        first += count
    assert first == 10
    for receiver in ten:
        [rtp] = [RtpPacket.parse(receiver.session.unprotect(receiver.sock.recv(2048)))]
        plain = receiver.session.unprotect_rtcp(receiver.sock.recv(2048))
        report, description = RtcpPacket.parse(plain)
        assert isinstance(report, RtcpSrPacket)
        assert isinstance(description, RtcpSdesPacket)
        assert (report.ssrc, report.sender_info.ntp_timestamp) == (rtp.ssrc, 3 << 32)
        assert report.sender_info.packet_count == 1
        assert report.sender_info.octet_count == len(packet(7))
        assert (report.sender_info.rtp_timestamp - rtp.timestamp) % BEYOND == FRAME_TICKS
        assert description.chunks[0].ssrc == rtp.ssrc


def test_an_unreachable_address_does_not_stop_the_others(ten: list[Receiver]) -> None:
    fanout = channel()
    for receiver in ten:
        receiver.stream.play(fanout)
    ten[2].stream.move(name_of(("255.255.255.255", 9)))  # refused: the socket may not broadcast
    with open_udp(0, 1 << 16) as sock:
        Sender(sock, RtpBatch(SLICE)).say(fanout, 0)
    assert [len(receiver.packets()) for receiver in ten] == [1, 1, 0, *[1] * 7]


def test_what_we_use_behind_pylibsrtps_interface_is_there() -> None:
    """`webrtc/srtp.py` needs it; another version may have moved it: see that module."""
    from pylibsrtp import _binding

    session = Session(Policy(bytes(30), Policy.SSRC_ANY_OUTBOUND))
    assert _binding.ffi.typeof(session._srtp[0]).kind == "pointer"
    for name in ("srtp_protect", "srtp_protect_rtcp"):
        function = _binding.ffi.typeof(getattr(_binding.lib, name))
        assert [kind.kind for kind in function.args] == ["pointer"] * 3
        assert function.result.kind in {"enum", "primitive"}
