"""ICE: helper servers, and which of this machine's addresses are offered to peers."""

import re
from dataclasses import dataclass

import aioice.ice
from aiortc import RTCIceServer

_SERVER = re.compile(
    r"(?P<scheme>stuns?|turns?):(?:(?P<username>[^:@]+):(?P<credential>[^@]+)@)?(?P<rest>[^@]+)"
)
_LOOPBACK = "127.0.0.1"
_network_addresses = aioice.ice.get_host_addresses


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
            ValueError: it is neither; the text is not repeated, it may hold a password.
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


def offer_loopback(*, enabled: bool) -> None:
    """Offer 127.0.0.1 to peers, beside the network's addresses.

    `aioice` always leaves loopback addresses out and has no setting for it, so two programs on a
    machine without a network cannot meet. This replaces its address gathering, for the whole
    process; it is the only place that changes `aioice`.
    """
    aioice.ice.get_host_addresses = _with_loopback if enabled else _network_addresses


def host_addresses() -> list[str]:
    """This machine's addresses that are offered to peers."""
    addresses: list[str] = aioice.ice.get_host_addresses(True, True)  # noqa: FBT003
    return addresses


def _with_loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:  # noqa: FBT001 - aioice's signature
    return [*_network_addresses(use_ipv4, use_ipv6), *([_LOOPBACK] if use_ipv4 else [])]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
