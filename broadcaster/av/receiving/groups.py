"""Receives streams and announcements from multicast groups. All of it blocks, for a thread."""

import ipaddress
import socket
import struct
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from selectors import EVENT_READ, DefaultSelector

from broadcaster.av.receiving.announcement_reading import (
    MOST_BYTES,
    SAP_GROUPS,
    SAP_PORT,
    StreamAnnouncement,
    read_announcement,
)
from broadcaster.av.receiving.packet_reading import LinearRow, WideSamples, read_packet
from broadcaster.av.receiving.session_reading import AudioStream
from broadcaster.errors import CannotPlay

ANY_INTERFACE = str(ipaddress.IPv4Address(0))
"""The network card that the routing table names for the group."""
MUTE_S = 3.0
"""A stream of which nothing comes for this long has ended."""
_BUFFER_BYTES = 1 << 20
_DATAGRAM_BYTES = 2_048


def open_group(
    address: str, port: int, interface: str, sources: Sequence[str] = ()
) -> socket.socket:
    """A socket that receives what is sent to an address.

    Args:
        address: multicast group, or an address of this machine.
        port: UDP port.
        interface: address of the network card that joins the group.
        sources: only from these senders (RFC 4607), where the address is a group.

    Raises:
        CannotPlay: the group cannot be joined.
    """
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
        receiver.bind((address, port))
        if ipaddress.IPv4Address(address).is_multicast:
            _join(receiver, address, interface, sources)
    except OSError as error:
        receiver.close()
        raise CannotPlay(
            f"{address}:{port} cannot be received: {error.strerror}",
            hint="Name the network card's own address: --interface.",
        ) from None
    return receiver


def read_samples(stream: AudioStream, interface: str = ANY_INTERFACE) -> Iterator[WideSamples]:
    """Receive a stream until nothing comes; blocks.

    Args:
        stream: its description.
        interface: address of the network card that joins its group.

    Raises:
        CannotPlay: it cannot be received, or nothing comes from it.
    """
    row = LinearRow(stream)
    with open_group(stream.address, stream.port, interface, stream.sources) as receiver:
        receiver.settimeout(MUTE_S)
        while True:
            try:
                data = receiver.recv(_DATAGRAM_BYTES)
            except TimeoutError:
                raise CannotPlay(
                    f"nothing comes from {stream.address}:{stream.port}",
                    hint="Check that the sender runs and that the switch passes multicast on.",
                ) from None
            if (packet := read_packet(data, stream)) is not None:
                yield from row.push(packet)


def listen_for_announcements(
    seconds: float, interface: str = ANY_INTERFACE
) -> Iterator[StreamAnnouncement]:
    """The announcements that come within a time; blocks. Devices repeat theirs every half minute.

    Args:
        seconds: how long to listen.
        interface: address of the network card that joins the groups.

    Raises:
        CannotPlay: the groups cannot be joined.
    """
    until_s = time.monotonic() + seconds
    with ExitStack() as stack:
        selector = stack.enter_context(DefaultSelector())
        for group in SAP_GROUPS:
            receiver = stack.enter_context(open_group(group, SAP_PORT, interface))
            selector.register(receiver, EVENT_READ)
        while (left_s := until_s - time.monotonic()) > 0:
            for key, _ in selector.select(left_s):
                assert isinstance(key.fileobj, socket.socket)
                try:
                    yield read_announcement(key.fileobj.recv(MOST_BYTES))
                except ValueError:
                    continue


def _join(receiver: socket.socket, group: str, interface: str, sources: Sequence[str]) -> None:
    card = socket.inet_aton(interface)
    # Linux would pass on what other programs of this machine have joined, too.
    receiver.setsockopt(socket.IPPROTO_IP, getattr(socket, "IP_MULTICAST_ALL", 49), 0)
    if not sources:
        membership = socket.inet_aton(group) + card
        receiver.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    for source in sources:
        wanted = struct.pack("4s4s4s", socket.inet_aton(group), card, socket.inet_aton(source))
        joins = getattr(socket, "IP_ADD_SOURCE_MEMBERSHIP", 39)
        receiver.setsockopt(socket.IPPROTO_IP, joins, wanted)
