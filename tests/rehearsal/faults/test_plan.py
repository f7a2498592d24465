"""Tests of the sessions and moments in which a fault is triggered."""

from typing import Any

import pytest

from broadcaster.rehearsal.faults.catalogue import Fault, Moment
from broadcaster.rehearsal.faults.plan import FaultPlan, SessionFacts, SessionFaults


def session_with(name: str, **fields: Any) -> SessionFaults:
    faults = FaultPlan()
    faults.add(Fault.from_json({"name": name, **fields}))
    return SessionFaults(faults, SessionFacts("translation", "sess_1", "de"))


def test_a_fault_strikes_once_at_its_time() -> None:
    faults = session_with("drop", at_s=1.0)
    faults.received(999)
    assert not faults.trigger(Moment.MIDDLE)
    faults.received(1)
    assert [fault.name for fault in faults.trigger(Moment.MIDDLE)] == ["drop"]
    faults.received(10_000)
    assert not faults.trigger(Moment.MIDDLE)


def test_a_fault_may_come_again() -> None:
    faults = session_with("garbage", at_s=1.0, every_s=2.0, times=3)
    triggered_ms = []
    for ms in range(500, 12_000, 500):
        faults.received(500)
        triggered_ms += [ms for _ in faults.trigger(Moment.MIDDLE)]
    assert triggered_ms == [1_000, 3_000, 5_000]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({}, [True, False, False]),
        ({"times": None}, [True, True, True]),
        ({"times": 2}, [True, True, False]),
        ({"nth": 2}, [False, True, False]),
        ({"language": "de", "times": None}, [True, False, True]),
        ({"language": "de", "nth": 2}, [False, False, True]),
        ({"endpoint": "conversation", "times": None}, [False, False, True]),
    ],
)
def test_a_fault_chooses_its_sessions(target: dict[str, Any], expected: list[bool]) -> None:
    faults = FaultPlan()
    faults.add(Fault.from_json({"name": "drop", **target}))
    sessions = [
        SessionFaults(faults, SessionFacts("translation", "a", "de")),
        SessionFaults(faults, SessionFacts("translation", "b", "fr")),
        SessionFaults(faults, SessionFacts("conversation", "c", "de")),
    ]
    assert [bool(session.trigger(Moment.MIDDLE)) for session in sessions] == expected


def test_a_fault_lasts_as_long_as_it_says() -> None:
    faults = session_with("mute", at_s=1.0, for_s=2.0)
    under = []
    for ms in range(500, 5_000, 500):
        faults.received(500)
        under += [ms] if faults.active("mute") else []
    assert under == [1_000, 1_500, 2_000, 2_500]
