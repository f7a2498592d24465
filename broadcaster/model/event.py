"""Events and their channels, and the table of event states."""

import json
import re
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from enum import StrEnum

from broadcaster.errors import EventOver, InvalidTransition
from broadcaster.model.join import Passcode
from broadcaster.model.language import FLOOR

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?")
"""The form of an event id, which is part of every link of the event."""


class EventState(StrEnum):
    """The state of an event."""

    DRAFT = "draft"
    OPEN = "open"
    LIVE = "live"
    PAUSED = "paused"
    CLOSED = "closed"


TRANSITIONS: dict[EventState, frozenset[EventState]] = {
    EventState.DRAFT: frozenset({EventState.OPEN, EventState.CLOSED}),
    EventState.OPEN: frozenset({EventState.LIVE, EventState.CLOSED}),
    EventState.LIVE: frozenset({EventState.PAUSED, EventState.CLOSED}),
    EventState.PAUSED: frozenset({EventState.LIVE, EventState.CLOSED}),
    EventState.CLOSED: frozenset(),
}


class Interpreter(StrEnum):
    """The engine in a booth.

    `translate` is continuous and speaks the languages the provider's translation endpoint offers;
    `converse` works phrase by phrase, speaks any language and follows the glossary; `auto` takes
    `translate` where it can.
    """

    AUTO = "auto"
    TRANSLATE = "translate"
    CONVERSE = "converse"


class StereoInput(StrEnum):
    """The channel that is taken of a stereo input.

    `auto` takes both, and only the one with the speech if the cable spoils the other one.
    """

    AUTO = "auto"
    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"


class EngineKind(StrEnum):
    """The kind of engine in a booth: an interpreter chosen for its channel, or a transcriber."""

    TRANSLATE = "translate"
    CONVERSE = "converse"
    TRANSCRIBE = "transcribe"


@dataclass(frozen=True, slots=True)
class Term:
    """A word or name of the talk, and how to translate it.

    Attributes:
        text: as the speaker says it.
        translations: by language tag; for a missing language the interpreter chooses.
    """

    text: str
    translations: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Channel:
    """One language a listener can choose, and what interprets into it.

    Attributes:
        language: canonical BCP 47 tag, also the channel's id.
        interpreter: the engine in its booth.
        always: interpret while the event is live even if nobody listens.
    """

    language: str
    interpreter: Interpreter = Interpreter.AUTO
    always: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One stage being broadcast.

    Attributes:
        id: slug, part of every link.
        title: shown to attendees.
        state: see `TRANSITIONS`.
        channels: the languages, in the order listeners see them; the floor is always there too.
        stage_key: secret the speaker's WHIP client presents, as `stage_keys` stores it.
        live_at_ms: Unix time of going live for the first time, position 0 of the event clock.
        source_language: what the speaker speaks, as a tag; None detects it.
        source_captions: whether the floor channel has captions of its own.
        glossary: terms and their translations.
        do_not_translate: names that every language keeps.
        spend_cap_usd: interpretation is suspended once this much was spent; None for no limit.
        stereo_input: what is taken of the speaker's sound if it is stereo.
        downloads: whether attendees may keep the captions as a file.
        code: what attendees type to reach it, see `join`; empty for an event of an earlier
            version, until it is changed.
        passcode: what attendees must know; None lets everybody in.
        starts_at_ms: Unix time of the planned start.
        notice: the organizer's sentence to attendees.
        ai_notice: the sentence about AI that attendees see before the first sound. None is the
            page's own, in the attendee's language; an empty one is not shown.
    """

    id: str
    title: str
    state: EventState
    channels: tuple[Channel, ...]
    stage_key: str
    live_at_ms: int | None = None
    source_language: str | None = None
    source_captions: bool = True
    glossary: tuple[Term, ...] = ()
    do_not_translate: tuple[str, ...] = ()
    spend_cap_usd: float | None = None
    stereo_input: StereoInput = StereoInput.AUTO
    downloads: bool = False
    code: str = ""
    passcode: Passcode | None = None
    starts_at_ms: int | None = None
    notice: str | None = None
    ai_notice: str | None = None

    def channel_ids(self) -> tuple[str, ...]:
        """Everything a listener can choose, the floor first."""
        return (FLOOR, *(channel.language for channel in self.channels))

    def refuse_if_over(self) -> None:
        """Check that somebody can still speak into the event or listen to it.

        Raises:
            EventOver: it is closed.
        """
        if self.state is EventState.CLOSED:
            raise EventOver

    def moved_to(self, state: EventState, now_ms: int) -> "Event":
        """The event in another state.

        Raises:
            InvalidTransition: `TRANSITIONS` has no such step.
        """
        if state not in TRANSITIONS[self.state]:
            raise InvalidTransition(self.state, state, TRANSITIONS[self.state])
        live_at_ms = self.live_at_ms
        if state is EventState.LIVE and live_at_ms is None:
            live_at_ms = now_ms
        return replace(self, state=state, live_at_ms=live_at_ms)

    def starts_at(self) -> str | None:
        """The planned start as ISO 8601 in UTC."""
        if self.starts_at_ms is None:
            return None
        start = datetime.fromtimestamp(self.starts_at_ms / 1000, UTC)
        return start.isoformat(timespec="seconds").replace("+00:00", "Z")

    def to_json(self) -> bytes:
        """The form of the event's record on the bus."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    @classmethod
    def from_json(cls, data: bytes) -> "Event":
        """Parse what `to_json` wrote."""
        raw = json.loads(data)
        raw["state"] = EventState(raw["state"])
        raw["channels"] = tuple(
            Channel(
                channel["language"],
                Interpreter(channel["interpreter"]),
                channel.get("always", False),
            )
            for channel in raw["channels"]
        )
        raw["stereo_input"] = StereoInput(raw.get("stereo_input", StereoInput.AUTO))
        raw["glossary"] = tuple(Term(**term) for term in raw.get("glossary", ()))
        raw["do_not_translate"] = tuple(raw.get("do_not_translate", ()))
        passcode = raw.get("passcode")
        raw["passcode"] = Passcode(**passcode) if passcode else None
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in raw.items() if name in known})
