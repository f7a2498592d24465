"""Announcements of streams, as devices send them, and other packets."""

import socket
import zlib

import pytest

from broadcaster.av.receiving.announcement_reading import read_announcement
from tests.av.receiving.streams import DANTE

SENDER = socket.inet_aton("169.254.98.63")
TYPE = b"application/sdp\0"


def announced(flags: int = 0x20, body: bytes = TYPE + DANTE.encode()) -> bytes:
    return bytes([flags, 0]) + b"\x12\x34" + SENDER + body


@pytest.mark.parametrize(
    "packet",
    [
        announced(),
        announced(body=DANTE.encode()),
        announced(0x21, zlib.compress(TYPE + DANTE.encode())),
        bytes([0x20, 1]) + b"\x12\x34" + SENDER + b"SIGN" + TYPE + DANTE.encode(),
    ],
    ids=["usual", "without type", "compressed", "signed"],
)
def test_an_announcement_is_read(packet: bytes) -> None:
    one = read_announcement(packet)
    assert (one.sender, one.message_id, one.ends) == ("169.254.98.63", 0x1234, False)
    assert one.description == DANTE


def test_a_stream_that_ends_is_told() -> None:
    assert read_announcement(announced(0x24)).ends


def test_a_sender_with_ipv6_is_read() -> None:
    packet = bytes([0x30, 0, 0, 1]) + socket.inet_pton(socket.AF_INET6, "fe80::1") + TYPE + b"v=0"
    one = read_announcement(packet)
    assert (one.sender, one.description) == ("fe80::1", "v=0")


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\x20\0\0",
        announced(0x00),
        announced(0x22),
        announced(0x21, b"not compressed"),
        announced(body=b"text/plain\0hello"),
    ],
)
def test_other_packets_are_refused(packet: bytes) -> None:
    with pytest.raises(ValueError, match=r"announcement"):
        read_announcement(packet)


def test_a_bomb_stays_small() -> None:
    packet = announced(0x21, zlib.compress(b"v=0\n" * 1_000_000))
    assert len(read_announcement(packet).description) <= 8_192
