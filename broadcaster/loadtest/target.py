"""The server under test: its address, its event, and whether it is this machine."""

import http.client
import json
import socket
import ssl
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yarl import URL

from broadcaster.errors import BroadcasterError
from broadcaster.model.event import SLUG
from broadcaster.model.language import FLOOR
from broadcaster.model.variant import ChannelVariant

Address = tuple[Any, ...]
"""A socket address: host and port, and two more numbers for IPv6."""
Place = tuple[socket.AddressFamily, Address]

ANSWER_S = 10.0
_LARGEST_ANSWER_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class LoadTarget:
    """One event on one server.

    Attributes:
        url: the server's address without a path.
        family: address family of `address`.
        address: where to connect, resolved once.
        local: whether that is this machine.
        tls: for https; None for http.
        event: the event's id.
        state: the event's state when it was looked up.
        channels: the channels that listeners take in turn.
        passcode: of the event; empty if it needs none.
        ca: the certificate that `tls` trusts; None for those of the system.
    """

    url: URL
    family: socket.AddressFamily
    address: Address
    local: bool
    tls: ssl.SSLContext | None
    event: str
    state: str
    channels: tuple[str, ...]
    passcode: str = field(default="", repr=False)
    ca: Path | None = None

    @property
    def headers(self) -> dict[str, str]:
        """Headers with which each listener is let in."""
        return _authorization(self.passcode)

    @property
    def header_lines(self) -> str:
        """These headers as lines of a request's head."""
        return "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())

    def channel(self, number: int) -> str:
        """The channel of the listener with this number."""
        return self.channels[number % len(self.channels)]


@dataclass(frozen=True, slots=True)
class _EventInfo:
    """The server's information about an event."""

    state: str
    channels: tuple[str, ...]


def find_target(
    link: str,
    channels: tuple[str, ...],
    *,
    event: str | None = None,
    owned: bool = False,
    ca: Path | None = None,
    passcode: str = "",
) -> LoadTarget:
    """Resolve a link and ask the server for its event.

    Args:
        link: the audience's link `https://host/e/<event>`, with an optional `?lang=`; or the
            server's address alone, with `event`.
        channels: the channels to listen to. If empty, the link's `lang`, or else the floor.
        event: overrides the event of the link.
        owned: whether the server may be another machine.
        ca: certificate to trust. Without it the certificate of another machine must be valid, and
            that of this machine is not checked.
        passcode: of the event; empty if it needs none.

    Raises:
        BroadcasterError: the link is not an audience's link, or the server is another machine and
            not `owned`, does not answer, or has no such event or channel.
    """
    url, event, channels = _parsed(link, event, channels)
    assert url.host is not None
    assert url.port is not None
    try:
        found = socket.getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM)
    except OSError as unknown:
        raise BroadcasterError(
            f"{url.host} is not known here ({unknown.strerror})", hint="Check the link."
        ) from None
    places = [(family, address) for family, _, _, _, address in found]
    local = all(is_local(*place) for place in places)
    if not local and not owned:
        raise BroadcasterError(
            f"{url.host} is not this machine: thousands of connections to somebody else's server "
            "are an attack",
            hint="If it is yours, say so: --i-own-this.",
        )
    tls = client_context(ca, local=local) if url.scheme == "https" else None
    family, address, info = _ask(url, places, tls, event, _authorization(passcode))
    for channel in channels:
        if ChannelVariant.parse(channel).channel not in info.channels:
            raise BroadcasterError(
                f"event {event} has no channel “{channel[:40]}”",
                hint="Its channels are: " + ", ".join(info.channels) + ".",
            )
    return LoadTarget(
        url.origin(), family, address, local, tls, event, info.state, channels, passcode, ca
    )


def is_local(family: socket.AddressFamily, address: Address) -> bool:
    """Whether an address is one of this machine's: only those can be bound."""
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address[0], 0, *address[2:]))
        except OSError:
            return False
    return True


def _parsed(
    link: str, event: str | None, channels: tuple[str, ...]
) -> tuple[URL, str, tuple[str, ...]]:
    try:
        url = URL(link)
        at = url.parts[2] if len(url.parts) == 3 and url.parts[1] == "e" else None  # noqa: PLR2004
    except ValueError:
        url, at = URL(), None
    event = event or at
    if url.scheme not in {"http", "https"} or not url.host or event is None:
        raise BroadcasterError(
            f"“{link[:100]}” is not the link of an event",
            hint="Give the attendee's link: https://talks.example/e/keynote (or add --event).",
        )
    if not SLUG.fullmatch(event):
        raise BroadcasterError(f"“{event[:40]}” is not an event's id", hint="Check the link.")
    return url, event, channels or (url.query.get("lang") or FLOOR,)


def client_context(ca: Path | None, *, local: bool) -> ssl.SSLContext:
    """The TLS of a client.

    Args:
        ca: certificate to trust; None for those of the system.
        local: whether the server is this machine. Its certificate is then checked only with `ca`.
    """
    context = ssl.create_default_context(cafile=ca)
    if ca is None and local:
        # A certificate made here is not signed by anybody, and no secret is sent.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _ask(
    url: URL,
    places: Sequence[Place],
    tls: ssl.SSLContext | None,
    event: str,
    headers: dict[str, str],
) -> tuple[socket.AddressFamily, Address, _EventInfo]:
    """The first address that answers, and what it says about the event."""
    assert url.host is not None
    for family, address in places:
        try:
            answer = get(url, address, tls, f"/e/{event}/info", headers)
        except ssl.SSLCertVerificationError as wrong:
            raise BroadcasterError(
                f"the certificate of {url.host} is not trusted ({wrong.verify_message})",
                hint="Trust the right one with --ca.",
            ) from None
        except (OSError, http.client.HTTPException):
            continue
        return family, address, _understood(url, answer)
    raise BroadcasterError(
        f"{url.origin()} does not answer", hint="Is it running, and is the port right?"
    )


def _authorization(passcode: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {passcode}"} if passcode else {}


def get(
    url: URL, address: Address, tls: ssl.SSLContext | None, path: str, headers: dict[str, str]
) -> bytes:
    """The body of the answer to one request, over a connection of its own.

    Args:
        url: the server.
        address: one of its addresses.
        tls: for https; None for http.
        path: with the query.
        headers: of the request.

    Raises:
        OSError: no connection.
        http.client.HTTPException: the answer is not HTTP.
    """
    assert url.host is not None
    with (
        closing(socket.create_connection(address[:2], timeout=ANSWER_S)) as plain,
        closing(tls.wrap_socket(plain, server_hostname=url.host) if tls else plain) as sock,
    ):
        connection = http.client.HTTPConnection(url.host, url.port)
        connection.sock = sock
        connection.request("GET", path, headers=headers)
        return connection.getresponse().read(_LARGEST_ANSWER_BYTES)


def _understood(url: URL, answer: bytes) -> _EventInfo:
    try:
        body = json.loads(answer)
        if "error" in body:
            raise BroadcasterError(str(body["message"]), hint=str(body["hint"]))
        channels = tuple(str(channel["id"]) for channel in body["channels"])
        return _EventInfo(str(body["state"]), channels)
    except (ValueError, KeyError, TypeError):
        raise BroadcasterError(
            f"{url.origin()} is not a broadcaster", hint="Check the link."
        ) from None
