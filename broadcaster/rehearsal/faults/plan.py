"""In which sessions a planned fault is triggered.

No input or output happens here. A session asks at certain moments whether a fault is triggered.
"""

import itertools
from collections import deque
from dataclasses import asdict, dataclass, field
from weakref import WeakKeyDictionary

from broadcaster.rehearsal.faults.catalogue import MOMENTS, Fault, Moment
from broadcaster.rehearsal.wire.validation import Invalid, Json

MAX_FAULTS = 256
_MOST_RECORDED = 1_000
_MAX_ACTIVE = 64


@dataclass(eq=False, slots=True, weakref_slot=True)
class SessionFacts:
    """The facts that decide whether a fault is triggered in a session.

    Attributes:
        endpoint: one of `ENDPOINTS`.
        session_id: the server's name of the session.
        language: the language the client asked for; None until it asks.
        received_ms: sound received so far.
    """

    endpoint: str
    session_id: str = ""
    language: str | None = None
    received_ms: int = 0


@dataclass(eq=False, slots=True)
class PlannedFault:
    """A fault on the plan, and the sessions it was triggered in."""

    number: int
    fault: Fault
    deleted: bool = False
    count: int = 0
    triggered: deque[Json] = field(default_factory=lambda: deque(maxlen=_MOST_RECORDED))
    _candidates: int = 0
    _ordinals: WeakKeyDictionary[SessionFacts, int] = field(default_factory=WeakKeyDictionary)
    _due_ms: WeakKeyDictionary[SessionFacts, float] = field(default_factory=WeakKeyDictionary)

    def to_json(self) -> Json:
        """The fault, its number and the sessions it was triggered in."""
        return {
            "id": self.number,
            **asdict(self.fault),
            "count": self.count,
            "strikes": list(self.triggered),
        }

    def triggers_now(self, session: SessionFacts) -> bool:
        """Whether the fault is triggered in this session now; if so, it is recorded."""
        fault = self.fault
        if fault.endpoint not in (None, session.endpoint):
            return False
        if fault.language not in (None, session.language):
            return False
        if session not in self._ordinals:
            self._candidates += 1
            self._ordinals[session] = self._candidates
        chosen = fault.nth in (None, self._ordinals[session])
        exhausted = fault.times is not None and self.count >= fault.times
        due_ms = self._due_ms.get(session, fault.at_s * 1000)
        if not chosen or exhausted or session.received_ms < due_ms:
            return False
        again_ms = float("inf") if fault.every_s is None else fault.every_s * 1000
        self._due_ms[session] = session.received_ms + again_ms
        self.count += 1
        self.triggered.append(
            {
                "session": session.session_id,
                "endpoint": session.endpoint,
                "language": session.language,
                "at_s": session.received_ms / 1000,
            }
        )
        return True


class FaultPlan:
    """All faults planned on one server."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._planned: list[PlannedFault] = []

    def add(self, fault: Fault) -> PlannedFault:
        """Plan a fault.

        Raises:
            Invalid: the plan is full.
        """
        if len(self._planned) >= MAX_FAULTS:
            message = f"At most {MAX_FAULTS} faults can be planned; delete them first."
            raise Invalid("too_many_faults", message)
        planned = PlannedFault(next(self._numbers), fault)
        self._planned.append(planned)
        return planned

    def clear(self) -> None:
        """Delete all faults, and end those that last."""
        for planned in self._planned:
            planned.deleted = True
        self._planned.clear()

    def planned(self) -> list[PlannedFault]:
        """All faults, in the order in which they were planned."""
        return list(self._planned)

    def trigger(self, moment: Moment, session: SessionFacts) -> list[PlannedFault]:
        """The faults that are triggered in this session now."""
        return [
            planned
            for planned in self._planned
            if MOMENTS[planned.fault.name] is moment and planned.triggers_now(session)
        ]


@dataclass(frozen=True, slots=True)
class _ActiveFault:
    """A fault that lasts. Its times are on the clock of the sound the session received."""

    planned: PlannedFault
    from_ms: int
    until_ms: float


class SessionFaults:
    """The faults of one session.

    Args:
        plan: all faults planned on the server.
        session: the session.
    """

    def __init__(self, plan: FaultPlan, session: SessionFacts) -> None:
        self._plan, self.session = plan, session
        self._active: deque[_ActiveFault] = deque(maxlen=_MAX_ACTIVE)

    def trigger(self, moment: Moment) -> list[Fault]:
        """The faults that are triggered now."""
        return [planned.fault for planned in self._plan.trigger(moment, self.session)]

    def received(self, ms: int) -> None:
        """Count received sound, and begin the lasting faults that are due."""
        self.session.received_ms += ms
        now_ms = self.session.received_ms
        for planned in self._plan.trigger(Moment.SOUND, self.session):
            for_s = planned.fault.for_s
            until_ms = float("inf") if for_s is None else now_ms + for_s * 1000
            self._active.append(_ActiveFault(planned, now_ms, until_ms))

    def active(self, name: str, at_ms: int | None = None) -> Fault | None:
        """The lasting fault of this name, if it was active at a certain time.

        Args:
            name: of the fault.
            at_ms: how much sound the session had received at that time; None for now.
        """
        at_ms = self.session.received_ms if at_ms is None else at_ms
        faults = (
            active.planned.fault
            for active in self._active
            if not active.planned.deleted and active.from_ms <= at_ms < active.until_ms
        )
        return next((fault for fault in faults if fault.name == name), None)

    def slowness(self, at_ms: int | None = None) -> float | None:
        """Duration of the speech as a multiple of the speaker's; None is the voice's usual pace."""
        fault = self.active("long_voice", at_ms)
        return None if fault is None else fault.factor
