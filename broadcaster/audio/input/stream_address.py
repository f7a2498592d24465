"""Addresses of streams that FFmpeg reads: which there are, and what they need on this machine."""

import shutil
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address
from urllib.parse import SplitResult, parse_qsl, urlsplit

import av

from broadcaster.errors import CannotPlay

SRT_PROGRAM = "srt-live-transmit"
"""Receives SRT where FFmpeg was built without it; of the makers of SRT."""


class StreamScheme(StrEnum):
    """The beginning of an address."""

    SRT = "srt"
    RTMP = "rtmp"
    RTMPS = "rtmps"
    HTTP = "http"
    HTTPS = "https"
    UDP = "udp"


_LISTENING = frozenset({StreamScheme.SRT, StreamScheme.RTMP})
_EVERY_CARD = IPv4Address(0)
_PULLED = frozenset({StreamScheme.HTTP, StreamScheme.HTTPS})


@dataclass(frozen=True, slots=True)
class StreamAddress:
    """Where a stream comes from.

    Attributes:
        url: what to open; it may hold a passphrase.
        scheme: its beginning.
        name: for people and logs, without secrets.
        listens: whether this machine waits for the sender, instead of calling it.
    """

    url: str
    scheme: StreamScheme
    name: str
    listens: bool

    @property
    def pulled(self) -> bool:
        """Whether its server waits while nobody reads."""
        return self.scheme in _PULLED


def parse_stream_address(text: str) -> StreamAddress:
    """Read an address.

    Args:
        text: for example `srt://:9000?mode=listener`.

    Raises:
        ValueError: it is not the address of a stream; says why.
    """
    schemes = ", ".join(f"{one}://" for one in StreamScheme)
    try:
        parts = urlsplit(text)
        port = parts.port
        scheme = StreamScheme(parts.scheme)
    except ValueError:
        raise ValueError(f"A stream's address begins with {schemes}, and has a port.") from None
    listens = dict(parse_qsl(parts.query)).get("mode") == "listener"
    if listens and scheme not in _LISTENING:
        raise ValueError(f"?mode=listener is for srt:// and rtmp://; {scheme}:// calls its server.")
    if not (parts.hostname or listens):
        raise ValueError("The address names no host. To wait for a sender add ?mode=listener.")
    if scheme in {StreamScheme.SRT, StreamScheme.UDP} and port is None:
        raise ValueError(f"A {scheme}:// address needs a port, for example {scheme}://…:9000.")
    return StreamAddress(_opened(parts, scheme), scheme, _name(parts), listens)


def check_stream_address(address: StreamAddress) -> None:
    """Check that this machine can read such addresses; blocks for a moment.

    Raises:
        CannotPlay: it cannot, and what to install.
    """
    if address.scheme is StreamScheme.SRT:
        if shutil.which(SRT_PROGRAM) is None:
            raise CannotPlay(
                f"SRT needs the program {SRT_PROGRAM}, which is not on this machine",
                hint="Install it: apt-get install srt-tools.",
            )
        return
    try:
        av.open(f"{address.scheme}:", timeout=1.0).close()
    except av.error.ProtocolNotFoundError:
        raise CannotPlay(
            f"the FFmpeg in this Python was built without {address.scheme}",
            hint="Let the program ffmpeg send it on: ffmpeg -i ADDRESS -c copy -f mpegts "
            "udp://127.0.0.1:5000. Publish that address.",
        ) from None
    except (av.FFmpegError, OSError, ValueError):
        return  # There is no host in this address, but the protocol is there.


def _opened(parts: SplitResult, scheme: StreamScheme) -> str:
    """The address as the reader of its scheme wants it."""
    if scheme is StreamScheme.RTMP and parts.query:
        # FFmpeg would take the query for a part of the stream's name.
        rest = [pair for pair in parts.query.split("&") if pair != "mode=listener"]
        parts = parts._replace(query="&".join(rest))
        if not parts.hostname:
            parts = parts._replace(netloc=f"{_EVERY_CARD}{parts.netloc}")
    return parts.geturl()


def _name(parts: SplitResult) -> str:
    """Scheme, host and port: a path may end with a stream's key, and a query with a passphrase."""
    host = parts.hostname or ""
    where = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{where}{f':{parts.port}' if parts.port else ''}"
