"""Everything that a report is made of: the answer of `GET /api/events/{event}/report`."""

from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from broadcaster.errors import BroadcasterError
from broadcaster.model.event import Term
from broadcaster.model.language import FLOOR
from broadcaster.report.captions import SpokenCaption
from broadcaster.report.samples import Sample


@dataclass(frozen=True, slots=True)
class ChannelRecords:
    """One channel.

    Attributes:
        channel: `floor` or a tag.
        captions: in the order of speech, without those that are hidden.
        hidden: captions that a reviewer hid.
        cost_usd: of its interpreter.
    """

    channel: str
    captions: tuple[SpokenCaption, ...]
    hidden: int = 0
    cost_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class EventRecords:
    """One event.

    Attributes:
        event: its id.
        title: shown to attendees.
        live_at_ms: Unix time at which its clock began; None if it never was live.
        source_language: what the speaker speaks; empty if nobody said.
        glossary: terms and their translations.
        do_not_translate: names that every language keeps.
        channels: the floor first.
        samples: one a second while it was live.
    """

    event: str
    title: str
    live_at_ms: int | None
    source_language: str
    glossary: tuple[Term, ...]
    do_not_translate: tuple[str, ...]
    channels: tuple[ChannelRecords, ...]
    samples: tuple[Sample, ...] = ()

    @property
    def floor(self) -> ChannelRecords:
        """The floor's own captions, which may be none."""
        found = (one for one in self.channels if one.channel == FLOOR)
        return next(found, ChannelRecords(FLOOR, ()))

    @property
    def languages(self) -> tuple[ChannelRecords, ...]:
        """The channels of interpreters."""
        return tuple(one for one in self.channels if one.channel != FLOOR)

    def channel(self, channel: str) -> ChannelRecords:
        """The records of a channel.

        Raises:
            BroadcasterError: the event has no such channel.
        """
        for one in self.channels:
            if one.channel == channel:
                return one
        raise BroadcasterError(
            f"the event has no channel “{channel[:40]}”",
            hint="It has: " + ", ".join(one.channel for one in self.channels) + ".",
        )


_FORM = TypeAdapter(EventRecords)


def records_to_json(records: EventRecords) -> bytes:
    """The form of the API and of `records.json`."""
    return _FORM.dump_json(records)


def records_from(raw: object) -> EventRecords:
    """The records of a JSON value that `records_to_json` wrote.

    Raises:
        BroadcasterError: it did not.
    """
    try:
        return _FORM.validate_python(raw)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise BroadcasterError(
            f"the records of the event cannot be read: {field}: {first['msg']}",
            hint="Use the same version of the program as the server.",
        ) from None
