"""The state of an event as the stage monitor shows it to the speaker."""

from typing import Any

from broadcaster.edge.rooms.event_room import EventRoom
from broadcaster.model.event import EventState, iso_time
from broadcaster.model.language import FLOOR


def monitor_state(room: EventRoom, *, slow_down: bool) -> dict[str, Any]:
    """The state as JSON has it.

    Args:
        room: of the event.
        slow_down: whether an interpreter has just asked for slower speech.
    """
    event, lags_s = room.event, room.lags_s
    slowest = max(lags_s, key=lags_s.__getitem__, default=None)
    return {
        "title": event.title,
        "state": EventState.CLOSED if event.is_over else event.state,
        "floor": room.state(FLOOR)["floor"],
        "starts_at": event.starts_at(),
        "ends_at": iso_time(event.ends_at_ms),
        "slowest": slowest,
        "lag_s": lags_s[slowest] if slowest is not None else None,
        "slow_down": slow_down,
    }
