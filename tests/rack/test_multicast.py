"""AES67 streams as a receiver of another maker gets them: FFmpeg reads our SDP and our packets."""

import asyncio
import secrets
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import closing
from ipaddress import IPv4Address
from pathlib import Path

import numpy as np
import pytest

from broadcaster.av.sending.announcing import SAP_ADDRESSES, SAP_PORT, announcement
from broadcaster.av.sending.rtp_packets import PACKET_BYTES, RtpL24, l24_of_floats
from broadcaster.av.sending.stream import SentStream, local_clock
from broadcaster.rack.multicast import BLOCK_BYTES, MulticastSender
from tests.rack.ffmpeg_receiver import L24_BYTES, received
from tests.rack.tone_stage import player, tone_stage
from tests.rack.tones import TONE_HZ, loudest_hz
from tests.support.deadline import deadline
from tests.support.tasks import background_task

LOOPBACK = IPv4Address("127.0.0.1")


def stream(port: int, address: str = "239.69.20.1") -> SentStream:
    clock = local_clock(0x02AB_0000_00FF)
    return SentStream("Talk\r\nes", LOOPBACK, IPv4Address(address), port, 7, 8, clock)


def free_port() -> int:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1]) // 2 * 2


def group_socket(group: IPv4Address, port: int) -> socket.socket:
    """A socket that has joined a group on this machine."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((str(group), port))
    member = group.packed + LOOPBACK.packed
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
    sock.settimeout(0)
    return sock


def test_the_description_is_that_of_aes67() -> None:
    assert stream(5004).sdp().split("\r\n") == [
        "v=0",
        "o=- 7 8 IN IP4 127.0.0.1",
        "s=Talk es",
        "c=IN IP4 239.69.20.1/15",
        "t=0 0",
        "m=audio 5004 RTP/AVP 98",
        "a=rtpmap:98 L24/48000/1",
        "a=ptime:1",
        "a=recvonly",
        "a=ts-refclk:localmac=02-AB-00-00-00-FF",
        "a=mediaclk:sender",
        "",
    ]
    assert "c=IN IP4 192.0.2.9\r\n" in stream(5004, "192.0.2.9").sdp()


def test_a_stream_is_announced_and_taken_back() -> None:
    packet, deletion = announcement(stream(5004)), announcement(stream(5004), deleted=True)
    assert packet[0] == 0x20
    assert deletion[0] == 0x24
    assert packet[2:4] == deletion[2:4] != b"\0\0"
    assert packet[4:8] == LOOPBACK.packed
    assert packet[8:] == b"application/sdp\0" + stream(5004).sdp().encode()


def test_floats_become_24_bits() -> None:
    sound = np.array([0.0, 1.0, -1.0, 2.0, -2.0, 2**-23, -(2**-23)], dtype=np.float32)
    assert l24_of_floats(sound).hex(" ", 3) == "000000 7fffff 800000 7fffff 800000 000001 ffffff"


def test_packets_are_numbered_over_the_end_of_the_numbers() -> None:
    maker = RtpL24(0x01020304, 0xFFFF)
    first, second = (maker.packet(2**32 - 48 + 48 * n, bytes(PACKET_BYTES)) for n in range(2))
    assert struct.unpack("!BBHII", first[:12]) == (0x80, 98, 0xFFFF, 2**32 - 48, 0x01020304)
    assert struct.unpack("!BBHII", second[:12]) == (0x80, 98, 0, 0, 0x01020304)
    with pytest.raises(ValueError, match="144 bytes"):
        maker.packet(0, b"")


async def test_another_receiver_gets_every_bit(tmp_path: Path) -> None:
    pattern = secrets.token_bytes(200 * BLOCK_BYTES)
    blocks: Iterator[int] = iter(range(0, 10**9, BLOCK_BYTES))

    def pull() -> bytes:
        at = next(blocks) % len(pattern)
        return pattern[at : at + BLOCK_BYTES]

    sent = stream(free_port())
    description = tmp_path / "stream.sdp"
    description.write_text(sent.sdp())
    sender = MulticastSender([(sent, pull)])
    async with background_task(sender.run(), name="sender"):
        got = await received(description, 48_000)
    assert len(got) >= 48_000 * L24_BYTES
    assert got in pattern * 3


async def test_streams_are_announced_when_they_begin_and_end() -> None:
    sent = stream(free_port())
    with closing(group_socket(SAP_ADDRESSES[0], SAP_PORT)) as sock:
        loop = asyncio.get_running_loop()
        async with background_task(
            MulticastSender([(sent, lambda: bytes(BLOCK_BYTES))]).run(), name="sender"
        ):
            async with deadline():
                assert await loop.sock_recv(sock, 2_000) == announcement(sent)
        async with deadline():
            assert await loop.sock_recv(sock, 2_000) == announcement(sent, deleted=True)


async def test_a_sender_that_was_stopped_goes_on_with_the_time() -> None:
    sent, clock_s = stream(free_port()), [0.0]

    def sleep(seconds: float) -> None:
        time.sleep(0.0005)
        clock_s[0] += seconds

    with closing(group_socket(sent.address, sent.port)) as sock:
        loop = asyncio.get_running_loop()
        sender = MulticastSender(
            [(sent, lambda: bytes(BLOCK_BYTES))], monotonic=lambda: clock_s[0], sleep=sleep
        )
        async with background_task(sender.run(), name="sender"), deadline():
            before = await loop.sock_recv(sock, 2_000)
            clock_s[0] += 10.0
            after = before
            while timestamp(after) - timestamp(before) < 9 * 48_000:
                after = await loop.sock_recv(sock, 2_000)
    assert timestamp(after) % 48 == 0
    assert sender.skipped_packets > 0


def timestamp(packet: bytes) -> int:
    return int.from_bytes(packet[4:8], "big")


async def test_channels_are_sent_as_streams(tmp_path: Path) -> None:
    port = free_port()
    async with tone_stage() as edge:
        words = ("--aes67", f"239.69.20.1:{port}", "--interface", "127.0.0.1")
        async with player(f"{edge.url}/e/talk", "es", "fr", *words) as process:
            await process.plays("es", "fr")
            for address, language in (("239.69.20.1", "es"), ("239.69.20.2", "fr")):
                description = tmp_path / f"{language}.sdp"
                description.write_text(stream(port, address).sdp())
                got = await received(description, 24_000)
                whole = np.frombuffer(got, np.uint8).reshape(-1, 3)[:, :2].copy()
                sound = whole.view(">i2").reshape(-1).astype(float)
                assert loudest_hz(sound) == TONE_HZ[language]
