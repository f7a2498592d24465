"""The messages of a channel's stream of captions (server-sent events), and the ids in them."""

import json
import random
import re
from collections.abc import Mapping

from broadcaster.edge.fanout.caption_history import Position
from broadcaster.model.caption import Caption
from broadcaster.model.ports import Entry

RETURN_MS = (100, 1_000)
"""Shortest and longest time after which readers that were sent away connect again."""
COMMENT = b":\n\n"
"""A message that says nothing."""
_SPREAD = random.SystemRandom()
_ID_FIELD = b"id: "
_DATA = b"\nevent: caption\ndata: "
_END = b"\n\n"
_ID = re.compile(r"(\d{1,20})-(\d{1,20})")


def parse_id(text: str) -> Position | None:
    """A stream id from a client, None if it is not one."""
    match = _ID.fullmatch(text)
    return (int(match[1]), int(match[2])) if match else None


def id_text(position: Position | None) -> str:
    """The stream id of a position, `0-0` before the first; the inverse of `parse_id`."""
    return "0-0" if position is None else f"{position[0]}-{position[1]}"


def state_message(state: Mapping[str, object]) -> bytes:
    """A `state` event, without an id so that it does not move `Last-Event-ID`."""
    return f"event: state\ndata: {json.dumps(state)}\n\n".encode()


def goodbye_message(position: Position | None) -> bytes:
    """The end of a stream whose process stops: when to connect again, and from where.

    Args:
        position: the last caption that the reader has. It resumes there even if it read no caption.
    """
    return f"retry: {_SPREAD.randint(*RETURN_MS)}\nid: {id_text(position)}\n\n".encode()


def caption_message(entry: Entry) -> bytes:
    """One version of a caption, as an entry of the channel's stream on the bus has it."""
    return _ID_FIELD + entry.id.encode() + _DATA + entry.payload + _END


def parse_message(message: bytes) -> tuple[str, Caption]:
    """The stream id and the caption of a `caption_message`."""
    head, _, data = message.partition(_DATA)
    return head.removeprefix(_ID_FIELD).decode(), Caption.from_json(data.removesuffix(_END))


def captions_in(messages: list[bytes]) -> list[bytes]:
    """The captions of some `caption_message`s as JSON."""
    return [message.partition(_DATA)[2].removesuffix(_END) for message in messages]
