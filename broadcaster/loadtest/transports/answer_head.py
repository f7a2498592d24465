"""The head of an HTTP/1.1 answer, and what it says about a refused client."""

import json
from dataclasses import dataclass

from broadcaster.errors import ListenerLost

_LARGEST_HEAD_BYTES = 16 * 1024
_END_OF_HEAD = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class AnswerHead:
    """Status and headers.

    Attributes:
        status: HTTP status.
        headers: with names in lower case.
    """

    status: int
    headers: dict[str, str]


def parse_head(data: bytes) -> tuple[AnswerHead, bytes] | None:
    """The head that some bytes begin with, and the bytes after it; None while it is incomplete.

    Raises:
        ListenerLost: it is not HTTP.
    """
    head, end, rest = data.partition(_END_OF_HEAD)
    if not end:
        if len(data) > _LARGEST_HEAD_BYTES:
            raise ListenerLost("the server's answer is not HTTP")
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    version, _, status = first.partition(" ")
    if not version.startswith("HTTP/") or not status[:3].isdigit():
        raise ListenerLost("the server's answer is not HTTP")
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return AnswerHead(int(status[:3]), headers), rest


def check_status(status: int, wanted: int, body: bytes) -> None:
    """Check that the server accepted the listener.

    Raises:
        ListenerLost: it did not. The message has the error id of its answer, if that has arrived.
    """
    if status == wanted:
        return
    try:
        reason = f" ({json.loads(body)['error']})"
    except (ValueError, KeyError, TypeError):
        reason = ""
    raise ListenerLost(f"the server answered {status}{reason[:60]}")
