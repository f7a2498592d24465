"""Tells the pages of the desk what the pulled inputs of each event do."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from broadcaster.model.inputs.pulled import (
    PULLED_RECORDS,
    PULLED_STATE_RECORDS,
    PulledInput,
    PulledState,
    pulled_body,
)
from broadcaster.model.ports import Bus
from broadcaster.model.records.reading import readable_records

Show = Callable[[str, str, Mapping[str, Any]], None]
"""Takes the kind of a change, the id of its event, and its body."""


class ShownPulledInputs:
    """Follows the pulled inputs of all events.

    Args:
        bus: has their records.
        loaded: set when all events are known.
        show: told of each change.
    """

    def __init__(self, bus: Bus, loaded: asyncio.Event, show: Show) -> None:
        self._bus = bus
        self._loaded = loaded
        self._show = show
        self._inputs: dict[str, PulledInput] = {}
        self._states: dict[str, PulledState] = {}

    async def run(self) -> None:
        """Follow them until cancelled."""
        await self._loaded.wait()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow_inputs(), name="desk: pulled inputs")
            tasks.create_task(self._follow_states(), name="desk: states of pulled inputs")

    async def _follow_inputs(self) -> None:
        records = self._bus.watch_all(PULLED_RECORDS)
        async for name, pulled in readable_records(records, PulledInput.from_json):
            self._inputs[name.removeprefix(PULLED_RECORDS)] = pulled
            self._show_event(pulled.event)

    async def _follow_states(self) -> None:
        records = self._bus.watch_all(PULLED_STATE_RECORDS)
        async for name, state in readable_records(records, PulledState.from_json):
            key = name.removeprefix(PULLED_STATE_RECORDS)
            self._states[key] = state
            if key in self._inputs:
                self._show_event(self._inputs[key].event)

    def _show_event(self, event_id: str) -> None:
        bodies = [
            pulled_body(one, self._states.get(key))
            for key, one in sorted(self._inputs.items(), reverse=True)  # main before backup
            if one.event == event_id and one.is_set
        ]
        self._show("pulled", event_id, {"pulled": bodies})
