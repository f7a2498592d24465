"""The addresses that are printed, made from the sockets that listen."""

import socket
from collections.abc import Sequence

from broadcaster.config import Settings
from broadcaster.setting_types import is_address
from broadcaster.sockets.listening import EVERY_ADDRESS, BoundAddress
from broadcaster.system import certificates


def base_url(settings: Settings, addresses: Sequence[BoundAddress]) -> str:
    """The address of this server for people, as far as the server knows it."""
    if settings.public_url:
        return settings.public_url
    if not is_address(settings.host):
        return url_of(settings, settings.host, addresses[0].port)
    # A network of IPv4 is known to phones more often than one of IPv6.
    first = min(addresses, key=lambda address: address.family is not socket.AF_INET)
    host = certificates.lan_address(first.family) if first.host in EVERY_ADDRESS else first.host
    return url_of(settings, host, first.port)


def local_url(settings: Settings, addresses: Sequence[BoundAddress]) -> str:
    """The address of this server for programs on this machine."""
    first = addresses[0]
    loopback = "::1" if first.family is socket.AF_INET6 else "127.0.0.1"
    return url_of(settings, loopback if first.host in EVERY_ADDRESS else first.host, first.port)


def url_of(settings: Settings, host: str, port: int) -> str:
    """The address of a server with these settings on a host."""
    host = f"[{host}]" if ":" in host else host
    return f"{'https' if settings.tls else 'http'}://{host}:{port}"
