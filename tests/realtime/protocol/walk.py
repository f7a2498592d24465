"""Walking the table of session states (`broadcaster.realtime.protocol.session.TRANSITIONS`)."""

from collections.abc import Callable, Mapping
from typing import Any

from broadcaster.realtime.protocol.session import (
    RUNNING,
    TRANSITIONS,
    WORKING,
    SessionProtocol,
    State,
)
from broadcaster.realtime.session_events import SessionEvent

Steps = Mapping[str, tuple[Callable[[Any], object], Mapping[State, State]]]
"""By name: what happens, and to which other states it leads from which."""
FAILS_IF_RUNNING = dict.fromkeys(RUNNING, State.FAILED)


def check_step(steps: Steps, step: str, protocol: Any) -> None:
    """Do a step and check that the table has it and only a failed session says why."""
    act, table = steps[step]
    before = protocol.state
    act(protocol)
    assert protocol.state is table.get(before, before)
    assert protocol.state is before or protocol.state in TRANSITIONS[before]
    assert (protocol.failure is not None) == (protocol.state is State.FAILED)
    if protocol.state not in WORKING:
        assert protocol.due_at() is None


def events_of(protocol: SessionProtocol) -> list[SessionEvent]:
    """Return the protocol's events since the last call."""
    return list(iter(protocol.next_event, None))


def check_all_walked(steps: Steps) -> None:
    """Check that the steps, and `close`, make every transition of the table."""
    walked = {(before, after) for _, table in steps.values() for before, after in table.items()}
    walked.add((State.LIVE, State.CLOSING))
    assert walked == {(before, after) for before in State for after in TRANSITIONS[before]}
