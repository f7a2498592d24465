"""A conference, and the form of its record."""

import json
from dataclasses import asdict, dataclass, fields

from broadcaster.model.event import Channel


@dataclass(frozen=True, slots=True)
class Conference:
    """Events in several rooms under one address for attendees.

    Attributes:
        id: slug, part of its link.
        title: shown to attendees.
        time_zone: IANA name; planned times are shown in it.
        rooms: their names, in the order in which attendees see them.
        code: what attendees type to reach it, see `join`.
        languages: what the talks of an imported programme are interpreted into.
        auto_open_minutes: of the events of an imported programme; see `Event`.
        auto_live: of the same.
        deleted_at_ms: Unix time of deleting; nothing else of a deleted one is left.
    """

    id: str
    title: str
    time_zone: str
    rooms: tuple[str, ...] = ()
    code: str = ""
    languages: tuple[Channel, ...] = ()
    auto_open_minutes: int | None = 10
    auto_live: bool = False
    deleted_at_ms: int | None = None

    def to_json(self) -> bytes:
        """The form of its record on the bus."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    @classmethod
    def from_json(cls, data: bytes) -> "Conference":
        """Parse what `to_json` wrote."""
        raw = json.loads(data)
        raw["rooms"] = tuple(raw.get("rooms", ()))
        raw["languages"] = tuple(Channel.of(one) for one in raw.get("languages", ()))
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in raw.items() if name in known})
