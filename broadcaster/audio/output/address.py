"""Addresses that a channel is pushed to: which there are, and what they need on this machine."""

import shutil
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

from broadcaster.errors import CannotPlay

SRT_SENDER = "srt-live-transmit"
"""Sends SRT, which PyAV's FFmpeg was built without; of the makers of SRT."""


class PushScheme(StrEnum):
    """The beginning of an address."""

    ICECAST = "icecast"
    RTMP = "rtmp"
    RTMPS = "rtmps"
    SRT = "srt"
    HTTP = "http"
    HTTPS = "https"

    @property
    def is_whip(self) -> bool:
        """Whether it is that of a WHIP endpoint."""
        return self in {PushScheme.HTTP, PushScheme.HTTPS}


CODINGS = {  # FFmpeg's names of the container and of the encoder
    PushScheme.ICECAST: ("mp3", "libmp3lame"),
    PushScheme.RTMP: ("flv", "aac"),
    PushScheme.RTMPS: ("flv", "aac"),
    PushScheme.SRT: ("mpegts", "aac"),
}


@dataclass(frozen=True, slots=True)
class PushAddress:
    """Where a channel is pushed.

    Attributes:
        url: the whole address; it may hold a password or a stream's key.
        scheme: its beginning.
        name: for people and logs, without secrets.
    """

    url: str
    scheme: PushScheme
    name: str


def parse_push_address(text: str) -> PushAddress:
    """Read an address.

    Raises:
        ValueError: nothing can be pushed there; says why.
    """
    schemes = ", ".join(f"{one}://" for one in PushScheme)
    try:
        parts = urlsplit(text)
        port = parts.port
        scheme = PushScheme(parts.scheme)
    except ValueError:
        raise ValueError(f"An address to push to begins with {schemes}.") from None
    if not text.isprintable() or not parts.hostname:
        raise ValueError("The address to push to names no host.")
    if scheme is PushScheme.SRT and port is None:
        raise ValueError("An srt:// address needs a port, for example srt://server:9000.")
    if scheme is PushScheme.ICECAST and not (parts.password and parts.path.strip("/")):
        raise ValueError("Write icecast://source:PASSWORD@server:8000/mount.mp3.")
    if scheme in {PushScheme.RTMP, PushScheme.RTMPS} and not parts.path.strip("/"):
        raise ValueError("An rtmp:// address ends with the application and the stream's key.")
    return PushAddress(text, scheme, _name(parts))


def check_push_address(address: PushAddress) -> None:
    """Check that this machine can push there.

    Raises:
        CannotPlay: it cannot, and what to install.
    """
    if address.scheme is PushScheme.SRT and shutil.which(SRT_SENDER) is None:
        raise CannotPlay(
            f"SRT needs the program {SRT_SENDER}, which is not on this machine",
            hint="Install it: apt-get install srt-tools.",
        )


def _name(parts: SplitResult) -> str:
    host = parts.hostname or ""
    where = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{where}{f':{parts.port}' if parts.port else ''}"
