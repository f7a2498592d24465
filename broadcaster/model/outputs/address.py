"""Checks the address of an output when it is set: a wrong one is refused at once.

An output sends to whatever address the organizer types, also inside the hall's network, where OBS
and caption encoders are. It follows no redirect, and nothing of an answer's body is ever shown.
"""

from urllib.parse import SplitResult, urlsplit

from broadcaster.model.outputs.output import OutputKind
from broadcaster.model.outputs.output_errors import BadOutputAddress

LONGEST_ADDRESS = 2_000

SCHEMES: dict[OutputKind, tuple[str, ...]] = {
    OutputKind.ZOOM: ("https", "http"),
    OutputKind.YOUTUBE: ("https", "http"),
    OutputKind.TEAMS: ("https", "http"),
    OutputKind.TCP: ("tcp", "telnet"),
    OutputKind.OBS: ("ws", "wss"),
    OutputKind.VMIX: ("http", "https"),
    OutputKind.WEBHOOK: ("https", "http"),
}
_WITH_TOKEN = frozenset({OutputKind.ZOOM, OutputKind.YOUTUBE, OutputKind.TEAMS})
"""Their addresses have a token behind a question mark."""
_HINTS = {
    OutputKind.ZOOM: (
        "In the meeting choose Show captions, Set up manual captioner, Copy the API token."
    ),
    OutputKind.YOUTUBE: (
        "In YouTube's Live Control Room turn closed captions on, choose Post captions to URL, and "
        "copy the captions ingestion URL."
    ),
    OutputKind.TEAMS: (
        "In the meeting's options turn Provide CART captions on, and copy the CART link."
    ),
    OutputKind.TCP: "Write it like tcp://10.0.0.20:23, with the port of the caption encoder.",
    OutputKind.OBS: "Write it like ws://10.0.0.30:4455, as OBS shows it under Connect info.",
    OutputKind.WEBHOOK: "Write the address of the receiver, like https://cms.example/hooks/talks.",
    OutputKind.VMIX: "Write it like http://10.0.0.31:8088, as vMix shows it under Web controller.",
}
TELNET_PORT = 23


def checked_place(kind: OutputKind, address: str) -> str:
    """Host and port of an address, for people.

    Raises:
        BadOutputAddress: this kind of output cannot send to it.
    """
    parts = split_address(kind, address)
    assert parts.hostname is not None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = parts.port
    return f"{host}:{port}" if port is not None else host


def split_address(kind: OutputKind, address: str) -> SplitResult:
    """The parts of an address.

    Raises:
        BadOutputAddress: this kind of output cannot send to it.
    """
    hint = _HINTS[kind]
    if not address.isprintable() or " " in address or len(address) > LONGEST_ADDRESS:
        raise BadOutputAddress("the address has spaces or is too long", hint)
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise BadOutputAddress("this is not an address", hint) from None
    schemes = SCHEMES[kind]
    if parts.scheme not in schemes or not parts.hostname:
        beginnings = " or ".join(f"{one}://" for one in schemes)
        raise BadOutputAddress(f"the address must begin with {beginnings} and a host", hint)
    if parts.username is not None or parts.password is not None:
        raise BadOutputAddress("the address must not contain a user name or a password", hint)
    if kind is OutputKind.TCP and port is None and parts.scheme != "telnet":
        raise BadOutputAddress("the address has no port", hint)
    if kind in _WITH_TOKEN and not parts.query:
        raise BadOutputAddress("this is not a whole caption address: its token is missing", hint)
    return parts
