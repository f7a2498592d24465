"""Receiver reports as `aiortc` writes them, and bytes that are not reports."""

import secrets

import pytest
from aiortc.rtp import RtcpReceiverInfo, RtcpRrPacket, RtcpSdesPacket, RtcpSenderInfo, RtcpSrPacket

from broadcaster.webrtc.egress.receiver_report import lost_share

OURS, THEIRS = 0xFEDC_BA98, 7


def block(ssrc: int, fraction_lost: int) -> RtcpReceiverInfo:
    return RtcpReceiverInfo(
        ssrc=ssrc,
        fraction_lost=fraction_lost,
        packets_lost=3,
        highest_sequence=9,
        jitter=1,
        lsr=2,
        dlsr=3,
    )


def test_a_receiver_report() -> None:
    report = RtcpRrPacket(THEIRS, [block(OURS, 64)])
    assert lost_share(bytes(report), OURS) == 0.25
    assert lost_share(bytes(report), THEIRS) is None


def test_behind_other_packets_and_blocks() -> None:
    sender = RtcpSenderInfo(ntp_timestamp=0, rtp_timestamp=0, packet_count=0, octet_count=0)
    report = RtcpSrPacket(THEIRS, sender, [block(1, 255), block(OURS, 128)])
    assert lost_share(bytes(RtcpSdesPacket()) + bytes(report), OURS) == 0.5


@pytest.mark.parametrize("size_bytes", range(32))
def test_truncated_rtcp_and_other_bytes_say_nothing(size_bytes: int) -> None:
    report = RtcpRrPacket(THEIRS, [block(OURS, 64)])
    assert lost_share(bytes(report)[:size_bytes], OURS) is None
    for _ in range(50):
        lost_share(secrets.token_bytes(size_bytes), OURS)
