"""The AES67 streams of a plan: their addresses, names and clock."""

import socket
import time
import uuid
from collections.abc import Sequence
from ipaddress import AddressValueError, IPv4Address

from broadcaster.av.sending.stream import SentStream, local_clock
from broadcaster.rack.plan import RackChannel, WrongRackPlan

_PORT = 5004
"""The default of RTP (RFC 3551 section 8), which AES67 devices use."""
_ANY_HOST = "239.255.255.255"


def first_address(text: str) -> tuple[IPv4Address, int]:
    """The address and port of the first stream: `239.69.20.1` or `239.69.20.1:5004`.

    Raises:
        WrongRackPlan: it is no such address.
    """
    host, _, port = text.partition(":")
    try:
        address, number = IPv4Address(host), int(port or _PORT)
    except (AddressValueError, ValueError):
        address, number = IPv4Address(0), 0
    if int(address) == 0 or number % 2 or not 0 < number < 65_536:  # noqa: PLR2004
        raise WrongRackPlan(f"“{text[:40]}” is not an IPv4 address with an even port.")
    return address, number


def network_card(text: str | None) -> IPv4Address:
    """The address of this machine in the AV network, the one of the default route without `text`.

    Raises:
        WrongRackPlan: it is no IPv4 address, or this machine has no network.
    """
    try:
        if text is not None:
            return IPv4Address(text)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((_ANY_HOST, _PORT))
            return IPv4Address(probe.getsockname()[0])
    except (OSError, ValueError):
        raise WrongRackPlan(
            "Name the address of this computer in the AV network: --interface 192.0.2.30."
        ) from None


def sent_streams(
    channels: Sequence[RackChannel], title: str, first: tuple[IPv4Address, int], source: IPv4Address
) -> list[SentStream]:
    """One stream for each channel; the second one has the next address, and so on."""
    address, port = first
    now = int(time.time())
    clock = local_clock(uuid.getnode())
    return [
        SentStream(f"{title} {one.name}", source, address + at, port, now + at, now, clock)
        for at, one in enumerate(channels)
    ]
