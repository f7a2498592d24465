"""Once-a-second snapshots that stages publish for the desk, the edges and metrics.

They travel on the lossy half of the bus: a missed one is replaced a second later, and a reader
forgets a sender it has not heard from for `STALE_AFTER_S`.
"""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any, Literal

from broadcaster.model.check.microphone import MicrophoneReport
from broadcaster.model.event import Event
from broadcaster.model.inputs.microphones import MicrophoneLevel
from broadcaster.model.ports import Subscription

STATUS_INTERVAL_S = 1.0
STALE_AFTER_S = 5.0


class BoothState(StrEnum):
    """The state of a booth."""

    IDLE = "idle"
    CONNECTING = "connecting"
    LIVE = "live"
    ROTATING = "rotating"
    RETRYING = "retrying"
    FAILED = "failed"


BOOTH_TRANSITIONS: dict[BoothState, frozenset[BoothState]] = {
    BoothState.IDLE: frozenset({BoothState.CONNECTING, BoothState.FAILED}),
    BoothState.CONNECTING: frozenset(
        {BoothState.LIVE, BoothState.RETRYING, BoothState.FAILED, BoothState.IDLE}
    ),
    BoothState.LIVE: frozenset(
        {BoothState.ROTATING, BoothState.RETRYING, BoothState.FAILED, BoothState.IDLE}
    ),
    BoothState.ROTATING: frozenset(
        {BoothState.LIVE, BoothState.RETRYING, BoothState.FAILED, BoothState.IDLE}
    ),
    BoothState.RETRYING: frozenset({BoothState.CONNECTING, BoothState.FAILED, BoothState.IDLE}),
    BoothState.FAILED: frozenset({BoothState.CONNECTING, BoothState.IDLE}),
}


@dataclass(frozen=True, slots=True)
class FloorStatus:
    """The stage's sound over the last second.

    Attributes:
        publisher: whether a speaker's client is connected; a muted one may send nothing.
        level_dbfs: RMS of the last second, -100 for digital silence.
        peak_dbfs: highest sample of the last second.
        clipping: samples at full scale were seen.
        silent_ms: how long it has been silent.
        position: event clock now; 0 before the event is live.
        frames_lost: frames that arrived too late, broken or not at all since the publisher
            connected.
        error: stable id of what is wrong with the publisher's sound; empty if nothing is.
        reason: the same as a sentence that says what to do.
        stereo_taken: `left`, `right` or `both`: what is heard of the publisher's two channels.
        stereo_faulty: `left` or `right` if `error` is about one of them; empty otherwise.
        microphone: what is measured of the speaker's sound.
        input: `main` or `backup`: the input that is heard, which all fields above are about.
        input_choice: `auto`, or the input that was chosen by hand.
        input_reason: why another input is heard than usual: `gone`, `silent` or `by_hand`.
        standby: whether the other input has a publisher.
        standby_level_dbfs: RMS of the other input over the last second.
        microphones: those that the main input mixes; none while it has a single publisher.
    """

    kind: Literal["floor"] = "floor"
    publisher: bool = False
    level_dbfs: float = -100.0
    peak_dbfs: float = -100.0
    clipping: bool = False
    silent_ms: int = 0
    position: int = 0
    frames_lost: int = 0
    error: str = ""
    reason: str = ""
    stereo_taken: str = "both"
    stereo_faulty: str = ""
    microphone: MicrophoneReport = field(default_factory=MicrophoneReport)
    input: str = "main"
    input_choice: str = "auto"
    input_reason: str = ""
    standby: bool = False
    standby_level_dbfs: float = -100.0
    microphones: tuple[MicrophoneLevel, ...] = ()


@dataclass(frozen=True, slots=True)
class BoothStatus:
    """One booth.

    Attributes:
        channel: the language it fills.
        state: see `BOOTH_TRANSITIONS`.
        reason: why it is retrying or failed, a sentence; empty otherwise.
        lag_ms: how far what was last played out is behind the floor it was interpreted from, as far
            as the interpreter says; None before the first sound.
        answer_ms: the part of it from giving that sound of the floor to the interpreter until its
            interpretation came; None if that is unknown.
        playout_ms: the part of it in which interpreted sound waited to be played.
        queue_ms: interpreted sound waiting for playout.
        sent_ms: floor audio sent to the interpreter, what the provider bills.
        unsent_ms: floor audio that was not sent because the connection was too slow for it.
        sessions: Realtime sessions opened so far.
        dropped_ms: interpreted sound skipped to catch up, or because its queue was full.
        unusable_events: events of the interpreter of which nothing could be used, such as sound
            that cannot be decoded.
        withheld_texts: texts of the interpreter that were not shown, because nobody had spoken.
        interpreter: the engine in use.
        provider: name of the service that runs it.
        fallback: it has taken over from an engine that is preferred and has trouble.
        stands_by: name of the service that listens and would speak next; empty for none.
        cost_usd: what its sessions have cost so far, by the price table of the settings.
        glossary_said: how often the source captions held a term of the glossary; those whose
            translation may still come are not counted.
        glossary_hits: how often the channel said them as the glossary wants.
        floor_language: what the floor speaks, a tag, from its source captions; only the booth of
            the floor channel knows it.
        level_dbfs: RMS of what listeners heard in the last second, -100 for digital silence.
        tempo: of what is played now; 1.0 is the interpreter's own.
        loudness_lufs: integrated loudness (ITU-R BS.1770-5) of all that listeners heard of this
            booth, one channel measured as one; None before any sound.
        true_peak_dbtp: highest true peak of the same.
        session_began_at_ms: Unix time at which the current session was opened; None without one.
        rotates_at_ms: Unix time at which it will be replaced; None while that is not known.
        reconnects: sessions that failed so far, so that another one was needed.
        last_error: stable id of the last failure; empty if there was none.
        last_error_reason: the same as a sentence that says what to do.
        last_error_at_ms: Unix time of the last failure.
        relay_from: the channel that is interpreted now; empty while that is the floor.
        on_air: `ai`, `human` or `floor`: what the channel carries now.
        on_air_name: the human interpreter who should be heard, heard or not; empty for none.
        on_air_reason: why the AI or the floor has the channel of that interpreter, or has got it
            back: `by_hand`, `connection_lost` or `human_silent`; empty otherwise.
    """

    channel: str
    state: BoothState
    reason: str = ""
    lag_ms: int | None = None
    answer_ms: int | None = None
    playout_ms: int | None = None
    queue_ms: int = 0
    sent_ms: int = 0
    unsent_ms: int = 0
    sessions: int = 0
    dropped_ms: int = 0
    interpreter: str = ""
    provider: str = ""
    fallback: bool = False
    stands_by: str = ""
    cost_usd: float = 0.0
    glossary_said: int = 0
    glossary_hits: int = 0
    floor_language: str = ""
    unusable_events: int = 0
    withheld_texts: int = 0
    level_dbfs: float = -100.0
    tempo: float = 1.0
    loudness_lufs: float | None = None
    true_peak_dbtp: float | None = None
    session_began_at_ms: int | None = None
    rotates_at_ms: int | None = None
    reconnects: int = 0
    last_error: str = ""
    last_error_reason: str = ""
    last_error_at_ms: int | None = None
    on_air: str = "ai"
    on_air_name: str = ""
    on_air_reason: str = ""
    relay_from: str = ""
    kind: Literal["booth"] = "booth"


@dataclass(frozen=True, slots=True)
class EdgeStatus:
    """One edge process.

    Attributes:
        edge: the process's own id.
        listeners: connected audio listeners per channel.
        readers: connected caption readers per channel.
        skipped_frames: frames not written because a listener was too slow.
    """

    edge: str
    listeners: dict[str, int] = field(default_factory=dict)
    readers: dict[str, int] = field(default_factory=dict)
    skipped_frames: int = 0
    kind: Literal["edge"] = "edge"


@dataclass(frozen=True, slots=True)
class ReviewStatus:
    """Reviewers of an event at one process.

    Attributes:
        desk: the process's own id.
        reviewers: how many are connected to it.
        corrections: captions of the event that were revised, by anybody.
    """

    desk: str
    reviewers: int
    corrections: int
    kind: Literal["review"] = "review"


@dataclass(frozen=True, slots=True)
class ConsoleStatus:
    """An open console of a human interpreter.

    Attributes:
        channel: the language of the interpreter.
    """

    channel: str
    kind: Literal["console"] = "console"


Status = FloorStatus | BoothStatus | EdgeStatus | ReviewStatus | ConsoleStatus


@dataclass(frozen=True, slots=True)
class EventStatus:
    """The current reports of all stages about one event.

    Attributes:
        event: as its record says.
        floor: None while no floor process reports.
        booths: by channel; a booth that does not report is idle.
        listeners: by channel, of all edges and variants.
        readers: by channel, of all edges.
        spent_usd: by channel, as the event's record says. A `BoothStatus` has only the cost of
            the process that reports it.
        booths_report: whether any process with booths reports.
        edges: people connected to each edge process that reports, by its id.
        reviewers: reviewers that are connected.
        corrections: captions that were revised; 0 while no reviewer is connected.
    """

    event: Event
    floor: FloorStatus | None
    booths: Mapping[str, BoothStatus]
    listeners: Mapping[str, int]
    readers: Mapping[str, int]
    spent_usd: Mapping[str, float]
    booths_report: bool = False
    edges: Mapping[str, int] = field(default_factory=dict)
    reviewers: int = 0
    corrections: int = 0


def status_to_json(status: Status) -> bytes:
    """The form on the bus."""
    return json.dumps(asdict(status), separators=(",", ":")).encode()


def status_from_json(data: bytes) -> Status:
    """Parse what `status_to_json` of any version wrote; unknown fields are ignored.

    Raises:
        ValueError: it is not a status of one of the five kinds.
    """
    try:
        raw = json.loads(data)
        match raw["kind"]:
            case "floor":
                raw["microphone"] = MicrophoneReport.from_json(raw.get("microphone", {}))
                mixed = raw.get("microphones", ())
                raw["microphones"] = tuple(MicrophoneLevel.from_json(one) for one in mixed)
                return FloorStatus(**_known(FloorStatus, raw))
            case "booth":
                raw["state"] = BoothState(raw["state"])
                return BoothStatus(**_known(BoothStatus, raw))
            case "edge":
                return EdgeStatus(**_known(EdgeStatus, raw))
            case "review":
                return ReviewStatus(**_known(ReviewStatus, raw))
            case "console":
                return ConsoleStatus(**_known(ConsoleStatus, raw))
    except (KeyError, TypeError, AttributeError) as wrong:
        raise ValueError("not a status") from wrong
    raise ValueError("unknown kind of status")


async def statuses(messages: Subscription) -> AsyncIterator[Status]:
    """The statuses among live messages; other messages are skipped."""
    async for message in messages:
        try:
            status = status_from_json(message.payload)
        except ValueError:
            continue
        yield status


def _known(kind: type[Status], raw: dict[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in raw.items() if name in names}
