"""ICE: STUN and TURN servers, and this machine's addresses that are offered to peers."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import aioice.ice
from aiortc import RTCIceServer

_SERVER = re.compile(
    r"(?P<scheme>stuns?|turns?):(?:(?P<username>[^:@]+):(?P<credential>[^@]+)@)?(?P<rest>[^@]+)"
)
_LOOPBACK = "127.0.0.1"
_network_addresses = aioice.ice.get_host_addresses
_loopback_offered = ContextVar("loopback_offered", default=False)


@dataclass(frozen=True, slots=True)
class IceServer:
    """A STUN or TURN server.

    Attributes:
        url: RFC 7064 or RFC 7065 address, for example `turn:turn.example:3478?transport=tcp`.
        username: for TURN, else empty.
        credential: for TURN, else empty; a secret.
    """

    url: str
    username: str = ""
    credential: str = ""

    @classmethod
    def parse(cls, text: str) -> "IceServer":
        """Read `stun:host`, or `turn:user:password@host` as settings write it.

        Raises:
            ValueError: the text is neither; it is not repeated, as it may hold a password.
        """
        match = _SERVER.fullmatch(text.strip())
        if match is None:
            raise ValueError("an ICE server is written stun:host:port or turn:user:password@host")
        return cls(
            f"{match['scheme']}:{match['rest']}", match["username"] or "", match["credential"] or ""
        )

    def to_link(self) -> str:
        """The value of a `Link` header field (RFC 9725 section 4.6)."""
        link = f'<{self.url}>; rel="ice-server"'
        if self.username:
            link += (
                f"; username={_quoted(self.username)}; credential={_quoted(self.credential)}"
                '; credential-type="password"'
            )
        return link

    def to_aiortc(self) -> RTCIceServer:
        """The same for `aiortc`."""
        return RTCIceServer(self.url, self.username or None, self.credential or None)


@contextmanager
def offering_loopback(*, enabled: bool) -> Iterator[None]:
    """Offer 127.0.0.1 as well as the network's addresses, if enabled.

    It applies to connections that gather their addresses inside the context. Two programs on a
    machine without a network meet this way.
    """
    token = _loopback_offered.set(True) if enabled else None
    try:
        yield
    finally:
        if token is not None:
            _loopback_offered.reset(token)


def host_addresses(*, loopback: bool) -> list[str]:
    """This machine's addresses that are offered to peers, with 127.0.0.1 or without."""
    with offering_loopback(enabled=loopback):
        return _local_addresses(True, True)  # noqa: FBT003


def _local_addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:  # noqa: FBT001 - aioice's
    loopback = [_LOOPBACK] if use_ipv4 and _loopback_offered.get() else []
    return [*_network_addresses(use_ipv4, use_ipv6), *loopback]


# `aioice` always leaves loopback addresses out and has no setting for it. This is the only place
# that changes `aioice`; nothing differs for connections outside `offering_loopback`.
aioice.ice.get_host_addresses = _local_addresses


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
