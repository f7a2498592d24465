"""Captions: lines of text on a channel, on the event's clock."""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any

_OF_REVISIONS = ("revision", "revision_id", "corrected", "hidden")
"""Fields that a caption as it was said does not have on the stream."""


@dataclass(frozen=True, slots=True)
class Caption:
    """One caption of one channel.

    A caption grows until it is final: each later version with the same id starts with the text of
    the version before it, so a word once shown is never changed or taken back by itself. A reviewer
    can revise a final caption; a revision has the same id and times, and may have any text.

    Attributes:
        id: unique within the channel, in speaking order.
        channel: `floor` or a BCP 47 tag.
        start_ms: event clock, when its first word is said on the floor, or on another channel
            heard there. It may still move until the caption is final.
        end_ms: event clock, when its newest word ends; at least 0.5 s later.
        text: at most two lines, joined by a newline; more if a reviewer wrote them. Empty while
            the caption is hidden.
        final: no later version follows but revisions.
        revision: counts the revisions from 1; 0 for what was said.
        revision_id: chosen by whoever revised it; empty for what was said.
        corrected: its text is not what was said.
        hidden: a reviewer hid it.
        speaker: name of the microphone of the person who said most of it, which is known while
            several are mixed; empty for none. It may still change until the caption is final.
    """

    id: str
    channel: str
    start_ms: int
    end_ms: int
    text: str
    final: bool
    revision: int = 0
    revision_id: str = ""
    corrected: bool = False
    hidden: bool = False
    speaker: str = ""

    def as_dict(self) -> dict[str, Any]:
        """All fields; a caption without a speaker's name has no field for it."""
        raw = asdict(self)
        if not self.speaker:
            del raw["speaker"]
        return raw

    def to_json(self) -> bytes:
        """The form on the caption stream and in SSE `data:`."""
        raw = self.as_dict()
        if not self.revision:
            for name in _OF_REVISIONS:
                del raw[name]
        return json.dumps(raw, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, data: bytes) -> "Caption":
        """Parse what `to_json` of any version wrote; unknown fields are ignored.

        Raises:
            ValueError, TypeError: it did not.
        """
        raw = json.loads(data)
        return cls(**{name: raw[name] for name in raw if name in _FIELDS})


_FIELDS = frozenset(field.name for field in fields(Caption))
