"""Events and their channels, and the table of event states."""

import json
import re
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from broadcaster.errors import EventOver, InvalidTransition, UnknownEvent
from broadcaster.model.consoles.standby import TAKEOVER_SILENCE_S, Standby
from broadcaster.model.failover.choices import Failover
from broadcaster.model.inputs.stereo_input import StereoInput
from broadcaster.model.join import Passcode
from broadcaster.model.language import FLOOR

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?")
"""The form of an event id, which is part of every link of the event."""


class EventState(StrEnum):
    """The state of an event. Of a deleted one only its id is left, for a moment."""

    DRAFT = "draft"
    OPEN = "open"
    LIVE = "live"
    PAUSED = "paused"
    CLOSED = "closed"
    ARCHIVED = "archived"
    DELETED = "deleted"


PUT_AWAY = frozenset({EventState.ARCHIVED, EventState.DELETED})
"""States in which an event is over, and does not exist for attendees."""
OVER = PUT_AWAY | {EventState.CLOSED}
"""States in which nobody can speak into an event or listen to it."""
HIDDEN = PUT_AWAY | {EventState.DRAFT}
"""States in which an event does not exist for attendees."""


class EventAction(StrEnum):
    """A step of an event's life that the organizer takes."""

    OPEN = "open"
    LIVE = "live"
    PAUSE = "pause"
    RESUME = "resume"
    CLOSE = "close"
    REOPEN = "reopen"
    ARCHIVE = "archive"
    DELETE = "delete"


ACTIONS: dict[EventAction, tuple[frozenset[EventState], EventState]] = {
    EventAction.OPEN: (frozenset({EventState.DRAFT}), EventState.OPEN),
    EventAction.LIVE: (frozenset({EventState.OPEN}), EventState.LIVE),
    EventAction.PAUSE: (frozenset({EventState.LIVE}), EventState.PAUSED),
    EventAction.RESUME: (frozenset({EventState.PAUSED}), EventState.LIVE),
    EventAction.CLOSE: (
        frozenset({EventState.DRAFT, EventState.OPEN, EventState.LIVE, EventState.PAUSED}),
        EventState.CLOSED,
    ),
    EventAction.REOPEN: (frozenset({EventState.CLOSED, EventState.ARCHIVED}), EventState.OPEN),
    EventAction.ARCHIVE: (frozenset({EventState.CLOSED}), EventState.ARCHIVED),
    EventAction.DELETE: (
        frozenset({EventState.DRAFT, EventState.OPEN, EventState.CLOSED, EventState.ARCHIVED}),
        EventState.DELETED,
    ),
}
"""The states in which an action is possible, and the state to which it leads."""
TRANSITIONS: dict[EventState, frozenset[EventState]] = {
    state: frozenset(
        after
        for before, after in ACTIONS.values()
        if state in before and after is not EventState.DELETED
    )
    for state in EventState
}
"""The states that an event can have next. Deleting is more than a change of state."""
_DAY_MS = 24 * 3600 * 1000


class Interpreter(StrEnum):
    """The engine in a booth.

    `translate` is continuous and speaks the languages the provider's translation endpoint offers;
    `converse` works phrase by phrase, speaks any language and follows the glossary; `auto` takes
    `translate` where it can.
    """

    AUTO = "auto"
    TRANSLATE = "translate"
    CONVERSE = "converse"


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
        voice: the provider's voice that `converse` speaks with; None for its usual one.
        restarts: how often the organizer has restarted its booth.
        standby: how the AI waits while a human interpreter is on air.
        takeover_silence_s: the AI takes over when the human interpreter has been silent for this
            long while the floor speaks.
        relay_from: language of the channel that it is interpreted from; empty for the floor.
        providers: ids of the services that interpret, in this order; empty as for the event.
    """

    language: str
    interpreter: Interpreter = Interpreter.AUTO
    always: bool = False
    voice: str | None = None
    restarts: int = 0
    standby: Standby = Standby.WARM
    takeover_silence_s: float = TAKEOVER_SILENCE_S
    relay_from: str = ""
    providers: tuple[str, ...] = ()

    @classmethod
    def of(cls, raw: dict[str, Any]) -> "Channel":
        """The channel of a part of a record, as `asdict` made it in any version."""
        known = {name: raw[name] for name in (one.name for one in fields(cls)) if name in raw}
        known["interpreter"] = Interpreter(raw["interpreter"])
        known["standby"] = Standby(raw.get("standby", Standby.WARM))
        known["providers"] = tuple(raw.get("providers", ()))
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence to attendees.

    Attributes:
        text: for the floor, and for every language without a translation.
        translations: by the language of a channel.
    """

    text: str
    translations: dict[str, str] = field(default_factory=dict)

    def on(self, channel: str) -> str:
        """The sentence as a channel's audience reads it."""
        return self.translations.get(channel, self.text)


@dataclass(frozen=True, slots=True)
class ImportedTalk:
    """A talk as the last imported programme had it, so that edits by hand can be told from news.

    Attributes:
        uid: the talk's own in the programme.
        title: as imported.
        room: as imported; empty for none.
        starts_at_ms: Unix time.
        ends_at_ms: Unix time; None if the programme did not say.
        source_language: tag; None if the programme did not say.
    """

    uid: str
    title: str
    room: str
    starts_at_ms: int
    ends_at_ms: int | None = None
    source_language: str | None = None


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
        hold_back_s: captions reach readers so much later, so that a reviewer can correct them.
        floor_delay_ms: listeners hear the floor so much later, see `model.inputs.floor_delay`.
        starts_at_ms: Unix time of the planned start.
        ends_at_ms: Unix time of the planned end.
        notice: the organizer's sentence to attendees.
        notice_translations: the same by the language of a channel.
        pause_notice: takes its place while the event is paused; resuming removes it.
        ai_notice: the sentence about AI that attendees see before the first sound. None is the
            page's own, in the attendee's language; an empty one is not shown.
        ai_notice_translations: an own sentence about AI by the language of its readers.
        retention_days: days after closing until everything is deleted; None keeps it.
        closed_at_ms: Unix time of closing, or of deleting; None while it is not over.
        floor_restarts: how often the organizer has restarted the booth of the floor's captions.
        alarm_limits: the organizer's own limits of alarms, by name; the others are the usual ones.
        conference: id of the conference that it belongs to; empty for none.
        room: where it takes place; empty if that is not said.
        time_zone: IANA name for its planned times; None for that of the conference.
        auto_open_minutes: a draft opens by itself this long before the planned start; None for no.
        auto_live: goes live by itself at the planned start, once the speaker is connected.
        imported: of an event that was made from a programme.
        owner: subject of the organizer that created it; empty if it was an admin.
        rehearsal_of: id of the event that it rehearses. Such an event is shown to nobody and is
            erased when its rehearsal has ended; empty for all others.
        failover: how its engines take over from each other.
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
    hold_back_s: int = 0
    floor_delay_ms: int = 0
    code: str = ""
    passcode: Passcode | None = None
    starts_at_ms: int | None = None
    notice: str | None = None
    ai_notice: str | None = None
    ends_at_ms: int | None = None
    notice_translations: dict[str, str] = field(default_factory=dict)
    ai_notice_translations: dict[str, str] = field(default_factory=dict)
    pause_notice: Notice | None = None
    retention_days: int | None = None
    closed_at_ms: int | None = None
    floor_restarts: int = 0
    alarm_limits: dict[str, float] = field(default_factory=dict)
    conference: str = ""
    room: str = ""
    time_zone: str | None = None
    auto_open_minutes: int | None = None
    auto_live: bool = False
    imported: ImportedTalk | None = None
    owner: str = ""
    rehearsal_of: str = ""
    failover: Failover = field(default_factory=Failover)

    def channel_ids(self) -> tuple[str, ...]:
        """Everything a listener can choose, the floor first."""
        return (FLOOR, *(channel.language for channel in self.channels))

    @property
    def is_over(self) -> bool:
        """Whether nobody can speak into it or listen to it any more."""
        return self.state in OVER

    @property
    def is_hidden(self) -> bool:
        """Whether the desk must not show it: it is deleted, or a rehearsal."""
        return self.state is EventState.DELETED or bool(self.rehearsal_of)

    def refuse_if_over(self) -> None:
        """Check that somebody can still speak into the event or listen to it.

        Raises:
            EventOver: it is closed, archived or deleted.
        """
        if self.is_over:
            raise EventOver

    def after(self, action: EventAction, now_ms: int) -> "Event":
        """The event after an action. One that was done already changes nothing.

        Raises:
            InvalidTransition: `ACTIONS` does not allow it in this state.
            UnknownEvent: it would be reopened, and its retention has passed.
        """
        before, state = ACTIONS[action]
        if self.state is state:
            return self
        if self.state not in before:
            possible = [one for one, (states, _) in ACTIONS.items() if self.state in states]
            raise InvalidTransition(self.state, action, possible)
        return self.moved_to(state, now_ms) if state in TRANSITIONS[self.state] else self

    def moved_to(self, state: EventState, now_ms: int) -> "Event":
        """The event in another state.

        Raises:
            InvalidTransition: `TRANSITIONS` has no such step.
            UnknownEvent: it would be reopened, and its retention has passed.
        """
        if state not in TRANSITIONS[self.state]:
            raise InvalidTransition(self.state, state, TRANSITIONS[self.state])
        live_at_ms = self.live_at_ms
        if state is EventState.LIVE and live_at_ms is None:
            live_at_ms = now_ms
        if state is EventState.OPEN and self.is_due(now_ms):
            raise UnknownEvent(
                "Create a new event, or copy another one.",
                "this event was kept for as long as its retention says, and is being deleted",
            )
        return replace(
            self,
            state=state,
            live_at_ms=live_at_ms,
            pause_notice=self.pause_notice if state is EventState.PAUSED else None,
            closed_at_ms=(self.closed_at_ms or now_ms) if state in OVER else None,
        )

    @property
    def delete_at_ms(self) -> int | None:
        """Unix time at which everything of it is deleted; None if that is not known."""
        if self.closed_at_ms is None or self.retention_days is None:
            return None
        return self.closed_at_ms + self.retention_days * _DAY_MS

    def is_due(self, now_ms: int) -> bool:
        """Whether its retention has passed."""
        return self.delete_at_ms is not None and self.delete_at_ms <= now_ms

    def notice_on(self, channel: str) -> str | None:
        """The organizer's sentence as a channel's audience reads it now."""
        if self.state is EventState.PAUSED and self.pause_notice is not None:
            return self.pause_notice.on(channel)
        if self.notice is None:
            return None
        return Notice(self.notice, self.notice_translations).on(channel)

    def starts_at(self) -> str | None:
        """The planned start as ISO 8601 in UTC."""
        return iso_time(self.starts_at_ms)

    def to_json(self) -> bytes:
        """The form of the event's record on the bus."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    @classmethod
    def from_json(cls, data: bytes) -> "Event":
        """Parse what `to_json` wrote."""
        raw = json.loads(data)
        raw["state"] = EventState(raw["state"])
        raw["channels"] = tuple(Channel.of(channel) for channel in raw["channels"])
        raw["stereo_input"] = StereoInput(raw.get("stereo_input", StereoInput.AUTO))
        raw["glossary"] = tuple(Term(**term) for term in raw.get("glossary", ()))
        raw["do_not_translate"] = tuple(raw.get("do_not_translate", ()))
        raw["passcode"] = Passcode(**raw["passcode"]) if raw.get("passcode") else None
        raw["pause_notice"] = Notice(**raw["pause_notice"]) if raw.get("pause_notice") else None
        raw["imported"] = ImportedTalk(**raw["imported"]) if raw.get("imported") else None
        raw["failover"] = Failover.of(raw.get("failover"))
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in raw.items() if name in known})


def iso_time(time_ms: int | None) -> str | None:
    """Unix time in milliseconds as ISO 8601 in UTC."""
    if time_ms is None:
        return None
    time = datetime.fromtimestamp(time_ms / 1000, UTC)
    return time.isoformat(timespec="seconds").replace("+00:00", "Z")
