"""The command of a listener that changes channel on the connection it has: `{"channel": "fr"}`.

A WebRTC listener posts it to its session, a WebSocket listener sends it as a text message.
"""

import json
from dataclasses import dataclass
from typing import Any

from broadcaster.web.errors import Refused


@dataclass(frozen=True, slots=True)
class ChannelChange:
    """The wish of one listener.

    Attributes:
        channel: an id, perhaps of a variant; not checked yet.
        backlog_ms: how much of the newest sound to begin with; None leaves it to the transport. By
            WebRTC there is no backlog.
    """

    channel: str
    backlog_ms: int | None = None

    @classmethod
    def parse(cls, text: str) -> "ChannelChange":
        """Read the command. Members that are not known are ignored.

        Raises:
            Refused: 400 `malformed_body`.
        """
        command = _json_object(text)
        channel, backlog_ms = command.get("channel"), command.get("backlog_ms")
        if not isinstance(channel, str):
            raise _malformed("the body does not name a channel")
        if backlog_ms is not None and (type(backlog_ms) is not int or backlog_ms < 0):
            raise _malformed("backlog_ms is not a number of milliseconds")
        return cls(channel, backlog_ms)


def _json_object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _malformed(what: str) -> Refused:
    return Refused(400, "malformed_body", what, hint='Send {"channel": "es"}.')
