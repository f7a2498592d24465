"""Whom a planned fault strikes.

No input or output happens here: sessions ask at certain moments whether something strikes them.
"""

import itertools
from collections import deque
from dataclasses import asdict, dataclass, field
from weakref import WeakKeyDictionary

from broadcaster.rehearsal.faults.catalogue import MOMENTS, Fault, Moment
from broadcaster.rehearsal.wire.validation import Invalid, Json

MAX_FAULTS = 256
_MAX_STRIKES = 1_000
_MAX_SPELLS = 64


@dataclass(eq=False, slots=True, weakref_slot=True)
class Subject:
    """What is known of a session when the question is whether a fault strikes it.

    Attributes:
        endpoint: one of `ENDPOINTS`.
        session_id: the server's name of it; empty during the handshake.
        language: what it was asked to speak; None until then.
        received_ms: sound it received.
    """

    endpoint: str
    session_id: str = ""
    language: str | None = None
    received_ms: int = 0


@dataclass(eq=False, slots=True)
class Planned:
    """A fault that was planned, and whom it struck."""

    number: int
    fault: Fault
    active: bool = True
    count: int = 0
    strikes: deque[Json] = field(default_factory=lambda: deque(maxlen=_MAX_STRIKES))
    _candidates: int = 0
    _ordinals: WeakKeyDictionary[Subject, int] = field(default_factory=WeakKeyDictionary)
    _due_ms: WeakKeyDictionary[Subject, float] = field(default_factory=WeakKeyDictionary)

    def to_json(self) -> Json:
        """The fault, its number and its strikes."""
        return {
            "id": self.number,
            **asdict(self.fault),
            "count": self.count,
            "strikes": list(self.strikes),
        }

    def strikes_now(self, subject: Subject) -> bool:
        """Whether it strikes; counted when it does."""
        fault = self.fault
        if fault.endpoint not in (None, subject.endpoint):
            return False
        if fault.language not in (None, subject.language):
            return False
        if subject not in self._ordinals:
            self._candidates += 1
            self._ordinals[subject] = self._candidates
        chosen = fault.nth in (None, self._ordinals[subject])
        exhausted = fault.times is not None and self.count >= fault.times
        due_ms = self._due_ms.get(subject, fault.at_s * 1000)
        if not chosen or exhausted or subject.received_ms < due_ms:
            return False
        again_ms = float("inf") if fault.every_s is None else fault.every_s * 1000
        self._due_ms[subject] = subject.received_ms + again_ms
        self.count += 1
        self.strikes.append(
            {
                "session": subject.session_id,
                "endpoint": subject.endpoint,
                "language": subject.language,
                "at_s": subject.received_ms / 1000,
            }
        )
        return True


class Faults:
    """All faults that are planned on a server."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._planned: list[Planned] = []

    def plan(self, fault: Fault) -> Planned:
        """Have a fault strike.

        Raises:
            Invalid: there are too many.
        """
        if len(self._planned) >= MAX_FAULTS:
            message = f"At most {MAX_FAULTS} faults can be planned; delete them first."
            raise Invalid("too_many_faults", message)
        planned = Planned(next(self._numbers), fault)
        self._planned.append(planned)
        return planned

    def clear(self) -> None:
        """Forget all faults; spells that last end."""
        for planned in self._planned:
            planned.active = False
        self._planned.clear()

    def planned(self) -> list[Planned]:
        """In the order they were planned."""
        return list(self._planned)

    def strike(self, moment: Moment, subject: Subject) -> list[Planned]:
        """What strikes this session now."""
        return [
            planned
            for planned in self._planned
            if MOMENTS[planned.fault.name] is moment and planned.strikes_now(subject)
        ]


@dataclass(frozen=True, slots=True)
class _Spell:
    """A fault that lasts in one session, on the clock of the sound it received."""

    planned: Planned
    from_ms: int
    until_ms: float


class SessionFaults:
    """The faults of one session.

    Args:
        faults: all that are planned.
        subject: the session.
    """

    def __init__(self, faults: Faults, subject: Subject) -> None:
        self._faults, self.subject = faults, subject
        self._spells: deque[_Spell] = deque(maxlen=_MAX_SPELLS)

    def strike(self, moment: Moment) -> list[Fault]:
        """What strikes now."""
        return [planned.fault for planned in self._faults.strike(moment, self.subject)]

    def received(self, ms: int) -> None:
        """Count sound and begin the spells that are due."""
        self.subject.received_ms += ms
        now_ms = self.subject.received_ms
        for planned in self._faults.strike(Moment.SOUND, self.subject):
            for_s = planned.fault.for_s
            until_ms = float("inf") if for_s is None else now_ms + for_s * 1000
            self._spells.append(_Spell(planned, now_ms, until_ms))

    def spell(self, name: str, at_ms: int | None = None) -> Fault | None:
        """The spell of this name that the session is under, or was when it heard something.

        Args:
            name: of the fault.
            at_ms: sound it had received then; None for now.
        """
        at_ms = self.subject.received_ms if at_ms is None else at_ms
        under = (
            spell.planned.fault
            for spell in self._spells
            if spell.planned.active and spell.from_ms <= at_ms < spell.until_ms
        )
        return next((fault for fault in under if fault.name == name), None)

    def slowness(self, at_ms: int | None = None) -> float | None:
        """Speak so many times as long as the speaker; None at the usual pace."""
        fault = self.spell("long_voice", at_ms)
        return None if fault is None else fault.factor
