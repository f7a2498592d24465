"""Tells the pages of the desk what the caption outputs of each event do."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from broadcaster.desk.outputs.output_bodies import output_body
from broadcaster.model.outputs import output_keys
from broadcaster.model.outputs.output import CaptionOutput
from broadcaster.model.outputs.progress import OutputProgress
from broadcaster.model.ports import Bus
from broadcaster.model.records.reading import readable_records

Show = Callable[[str, str, Mapping[str, Any]], None]
"""Takes the kind of a change, the id of its event, and its body."""


class ShownOutputs:
    """Follows the outputs of all events.

    Args:
        bus: has their records.
        loaded: set when all events are known.
        show: told of each change.
    """

    def __init__(self, bus: Bus, loaded: asyncio.Event, show: Show) -> None:
        self._bus = bus
        self._loaded = loaded
        self._show = show
        self._outputs: dict[str, dict[str, CaptionOutput]] = {}
        self._progress: dict[tuple[str, str], OutputProgress] = {}

    async def run(self) -> None:
        """Follow them until cancelled."""
        await self._loaded.wait()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow_outputs(), name="desk: outputs")
            tasks.create_task(self._follow_progress(), name="desk: states of outputs")

    async def _follow_outputs(self) -> None:
        records = self._bus.watch_all(output_keys.OUTPUT_RECORDS)
        async for _, output in readable_records(records, CaptionOutput.from_json):
            of_event = self._outputs.setdefault(output.event, {})
            if output.removed_at_ms is None:
                of_event[output.id] = output
            else:
                of_event.pop(output.id, None)
                self._progress.pop((output.event, output.id), None)
            self._show_event(output.event)

    async def _follow_progress(self) -> None:
        records = self._bus.watch_all(output_keys.OUTPUT_PROGRESS_RECORDS)
        async for record, progress in readable_records(records, OutputProgress.from_json):
            name = record.removeprefix(output_keys.OUTPUT_PROGRESS_RECORDS)
            event_id, _, output_id = name.partition(".")
            self._progress[event_id, output_id] = progress
            if output_id in self._outputs.get(event_id, {}):
                self._show_event(event_id)

    def _show_event(self, event_id: str) -> None:
        outputs = sorted(self._outputs[event_id].values(), key=lambda one: one.id)
        bodies = [output_body(one, self._progress.get((event_id, one.id))) for one in outputs]
        self._show("outputs", event_id, {"outputs": bodies})
