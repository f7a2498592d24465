"""Captions: lines of text on a channel, on the event's clock."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Caption:
    """One caption of one channel.

    A caption grows until it is final: each later version with the same id starts with the text of
    the version before it, so a word once shown is never changed or taken back.

    Attributes:
        id: unique within the channel, in speaking order.
        channel: `floor` or a BCP 47 tag.
        start_ms: event clock, when its first word is said on the floor, or on another channel
            heard there. It may still move until the caption is final.
        end_ms: event clock, when its newest word ends; at least 0.5 s later.
        text: at most two lines, joined by a newline.
        final: no later version follows.
    """

    id: str
    channel: str
    start_ms: int
    end_ms: int
    text: str
    final: bool

    def to_json(self) -> bytes:
        """The form on the caption stream and in SSE `data:`."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, data: bytes) -> "Caption":
        """Parse what `to_json` wrote."""
        return cls(**json.loads(data))
