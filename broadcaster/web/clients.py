"""Finds out which client sent a request: the peer, or the client that a trusted proxy names.

Anybody can send `X-Forwarded-For`. So the headers are read only from peers that the settings trust,
and from their right end, which the nearest proxy has written: the client is the first address from
the right that is no trusted proxy. What a client wrote itself is further to the left and is never
reached.
"""

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Self

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

log = logging.getLogger("broadcaster.web.clients")

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Hop = tuple[Address | None, str | None]
"""One entry of a chain: the address, None if it is not one; the scheme, None if it is not said."""

LOCAL = "unix"
"""The word for peers that have no address, because they come through a local socket."""
LONGEST_CHAIN = 32
"""Proxies that a request may pass; entries further to the left are not read."""
_CLIENT_BITS = 64
"""An IPv6 client has a whole /64 (RFC 6177), so that is what counts as one address."""
_SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}
_WITH_PORT = re.compile(r"(?:\[([^\[\]]*)\]|([0-9.]+))(?::[0-9A-Za-z._-]{1,16})?", re.ASCII)
_HEADERS = ("X-Forwarded-For", "X-Forwarded-Proto", "Forwarded")


@lru_cache(maxsize=4096)
def parse_address(text: str) -> Address | None:
    """An address as headers have it: `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`.

    Every request has one, so the newest ones are remembered.

    Returns:
        None if it is not an address; an IPv4 address for one that is mapped into IPv6.
    """
    text = text.strip(" \t")
    match = _WITH_PORT.fullmatch(text)
    host = (match[1] or match[2] or "") if match else text
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def network_of(address: Address | None) -> str:
    """The part of an address that counts as one client: all of IPv4, the /64 of IPv6."""
    match address:
        case None:
            return LOCAL
        case IPv6Address():
            return str(IPv6Network((address, _CLIENT_BITS), strict=False))
        case IPv4Address():
            return str(address)


@dataclass(frozen=True, slots=True)
class Client:
    """The sender of a request, as far as it can be believed.

    Attributes:
        address: its address; None if it came through a local socket.
        scheme: of the address that it opened, `http` or `https`.
    """

    address: Address | None
    scheme: str

    @property
    def secure(self) -> bool:
        """Whether it came by https."""
        return self.scheme == "https"

    @property
    def network(self) -> str:
        """The address as far as it is counted, see `network_of`."""
        return network_of(self.address)


CLIENT = web.RequestKey("client", Client)


class TrustedProxies:
    """The proxies whose word about their clients is taken.

    Args:
        networks: their addresses.
        local: whether peers that come through a local socket are proxies.
    """

    def __init__(self, networks: Iterable[Network] = (), *, local: bool = False) -> None:
        self._networks = tuple(networks)
        self._local = local
        self._warned = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """The proxies that a setting names, with commas or spaces between them.

        Raises:
            ValueError: an entry is not an address, a network or `unix`.
        """
        words = text.replace(",", " ").split()
        networks = [ip_network(word, strict=False) for word in words if word != LOCAL]
        return cls(networks, local=LOCAL in words)

    def trusts(self, address: Address | None) -> bool:
        """Whether the peer of this address is one of the proxies; None is a local socket."""
        if address is None:
            return self._local
        return any(address in network for network in self._networks)

    def counted_network(self, peer: str) -> str | None:
        """The network that a connection is counted for; None for a proxy's, which has many clients.

        Args:
            peer: address of the other end.
        """
        address = parse_address(peer)
        return None if self.trusts(address) else network_of(address)

    def client_of(self, request: web.BaseRequest) -> Client:
        """The client that sent a request.

        When `X-Forwarded-For` and `Forwarded` name different clients, one of them was written by
        the client and not by the proxy. Then neither is believed, and the proxy is the client.
        """
        peer = parse_address(request.remote or "")
        if not self.trusts(peer):
            self._warn_of_unknown_proxy(request, peer)
            return Client(peer, request.scheme)
        found = [
            self._nearest(peer, chain)
            for chain in (_chain_of_x_forwarded(request), _chain_of_forwarded(request))
            if chain
        ]
        addresses = {address for address, _ in found}
        schemes = {scheme for _, scheme in found if scheme is not None}
        return Client(
            addresses.pop() if len(addresses) == 1 else peer,
            schemes.pop() if len(schemes) == 1 else request.scheme,
        )

    def _nearest(self, peer: Address | None, chain: Sequence[Hop]) -> Hop:
        """The first hop from the right that is no trusted proxy, or the last that is an address."""
        client: Hop = (peer, None)
        for address, scheme in reversed(chain[-LONGEST_CHAIN:]):
            if address is None:
                return client[0], scheme or client[1]
            client = address, scheme
            if not self.trusts(address):
                break
        return client

    def _warn_of_unknown_proxy(self, request: web.BaseRequest, peer: Address | None) -> None:
        if not self._warned and any(name in request.headers for name in _HEADERS):
            self._warned = True
            log.warning(
                "%s sends the headers of a proxy, and they are ignored: all its clients count as "
                "one address. If it is your proxy, name it in BROADCASTER_TRUSTED_PROXIES.",
                network_of(peer),
            )


def identifying(proxies: TrustedProxies) -> Middleware:
    """A middleware that finds out the client of each request, for `client_of`."""

    @web.middleware
    async def identify_client(request: web.Request, handler: Handler) -> web.StreamResponse:
        request[CLIENT] = proxies.client_of(request)
        return await handler(request)

    return identify_client


def client_of(request: web.Request) -> Client:
    """The client that sent a request."""
    return request[CLIENT]


def _chain_of_x_forwarded(request: web.BaseRequest) -> list[Hop]:
    addresses = _entries(request, "X-Forwarded-For")
    schemes = _entries(request, "X-Forwarded-Proto")
    if not addresses:  # a proxy that says only by which scheme it was asked
        return [(None, _scheme(schemes[-1]))] if schemes else []
    if len(schemes) != len(addresses):  # one for the whole chain, by the nearest proxy
        schemes = [schemes[-1] if schemes else ""] * len(addresses)
    return [
        (parse_address(address), _scheme(scheme))
        for address, scheme in zip(addresses, schemes, strict=True)
    ]


def _chain_of_forwarded(request: web.BaseRequest) -> list[Hop]:
    """The chain of RFC 7239."""
    return [
        (parse_address(element.get("for", "")), _scheme(element.get("proto", "")))
        for element in request.forwarded
    ]


def _entries(request: web.BaseRequest, name: str) -> list[str]:
    lines = request.headers.getall(name, [])
    return [entry for line in lines for entry in line.split(",")]


def _scheme(text: str) -> str | None:
    return _SCHEMES.get(text.strip(" \t").lower())
