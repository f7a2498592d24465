"""Packets of linear sound: every bit, in order, and silence for what is lost."""

import random
from dataclasses import replace

import numpy as np
import pytest

from broadcaster.av.receiving.packet_reading import LinearRow, WideSamples, read_packet, unpack
from broadcaster.av.receiving.session_reading import AudioStream
from tests.av.receiving.streams import HALL, packed, packet, pattern

PACKET = 48


def sent(count: int, stream: AudioStream = HALL, first: int = 0) -> list[bytes]:
    """Packets of 1 ms with the pattern, over the wraps of both counters."""
    start = (1 << 32) - 480
    return [
        packet(
            stream,
            65_500 + number,
            start + number * PACKET,
            packed(pattern(PACKET, stream.channels, number * PACKET), stream.encoding),
        )
        for number in range(first, first + count)
    ]


def received(packets: list[bytes], stream: AudioStream = HALL) -> tuple[WideSamples, LinearRow]:
    row = LinearRow(stream)
    parts = []
    for data in packets:
        read = read_packet(data, stream)
        assert read is not None
        parts += row.push(read)
    return np.concatenate(parts), row


@pytest.mark.parametrize("channels", [1, 2, 8])
def test_every_bit_of_l24_arrives(channels: int) -> None:
    stream = replace(HALL, channels=channels)
    samples, row = received(sent(200, stream), stream)
    assert np.array_equal(samples, pattern(200 * PACKET, channels))
    assert (samples.min(), samples.max()) < (-8_000_000, 8_000_000)
    assert row.lost_samples == 0


def test_every_bit_of_l16_arrives() -> None:
    stream = replace(HALL, encoding="L16")
    samples, _ = received(sent(200, stream), stream)
    assert np.array_equal(samples, pattern(200 * PACKET, 2) >> 8 << 8)


def test_full_scale_is_full_scale() -> None:
    assert unpack(b"\x7f\xff\xff\x80\x00\x00", HALL).tolist() == [[8_388_607, -8_388_608]]


def test_packets_that_overtake_each_other_are_put_in_order() -> None:
    packets, choice = sent(300), random.Random(3)
    order = sorted(range(300), key=lambda number: number + choice.uniform(0, 4))
    order.remove(0)
    samples, row = received([packets[number] for number in [0, *order]])
    assert np.array_equal(samples, pattern(300 * PACKET, 2))
    assert row.lost_samples == 0


def test_a_lost_packet_is_silence_as_long() -> None:
    packets = sent(60)
    samples, row = received(packets[:20] + packets[23:])
    expected = pattern(60 * PACKET, 2)
    expected[20 * PACKET : 23 * PACKET] = 0
    assert np.array_equal(samples, expected)
    assert row.lost_samples == 3 * PACKET


def test_a_packet_that_comes_twice_or_too_late_changes_nothing() -> None:
    packets = sent(40)
    samples, _ = received([*packets[:20], packets[19], *packets[20:], packets[5]])
    assert np.array_equal(samples, pattern(40 * PACKET, 2))


def test_a_device_that_starts_again_goes_on() -> None:
    row = LinearRow(HALL)
    parts = []
    for data in [*sent(10), *(packet(HALL, n, n * 48, bytes(288), sender=8) for n in range(10))]:
        read = read_packet(data, HALL)
        assert read is not None
        parts += row.push(read)
    assert len(np.concatenate(parts)) == 20 * PACKET
    assert row.lost_samples == 0


def test_extensions_and_padding_are_left_out() -> None:
    sound = packed(pattern(4, 2), "L24")
    plain = packet(HALL, 1, 2, sound)
    contributing = bytes([plain[0] | 1]) + plain[1:12] + b"CSRC" + plain[12:]
    extended = bytes([plain[0] | 0x10]) + plain[1:12] + b"\xbe\xde\x00\x01EXTN" + plain[12:]
    padded = bytes([plain[0] | 0x20]) + plain[1:] + b"\x00\x00\x03"
    for data in (plain, contributing, extended, padded):
        read = read_packet(data, HALL)
        assert read is not None
        assert read.payload == sound


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\x62\x00",
        packet(HALL, 1, 2, b""),
        packet(HALL, 1, 2, b"\x00" * 7),
        packet(replace(HALL, payload_type=99), 1, 2, bytes(288)),
        bytes([0x40]) + packet(HALL, 1, 2, bytes(288))[1:],
        bytes([0x90]) + packet(HALL, 1, 2, b"\xff" * 288)[1:],
        bytes([0xA0]) + packet(HALL, 1, 2, b"\xff" * 288)[1:],
    ],
)
def test_other_datagrams_are_left_out(data: bytes) -> None:
    assert read_packet(data, HALL) is None
