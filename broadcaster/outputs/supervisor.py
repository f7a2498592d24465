"""Runs the caption outputs of all events, each in one process of all."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from operator import attrgetter

from cryptography.fernet import MultiFernet

from broadcaster.model import keys
from broadcaster.model.event import Event, EventState
from broadcaster.model.jobs.event_jobs import EventJobs, JobKind
from broadcaster.model.language import FLOOR
from broadcaster.model.outputs import output_keys
from broadcaster.model.outputs.output import ON_SCREEN, CaptionOutput, OutputKind, OutputTarget
from broadcaster.model.outputs.progress import OutputState, OutputTest
from broadcaster.model.ports import Bus, Clock, Subscription
from broadcaster.outputs.delivery import Delivery
from broadcaster.outputs.letters import (
    DAY_S,
    CaptionLines,
    CaptionMessages,
    HappeningMessages,
    Letters,
)
from broadcaster.outputs.progress_record import ProgressRecord
from broadcaster.outputs.screen_text import ScreenText
from broadcaster.outputs.wires.wire import Wire, WireFailed, WireTarget
from broadcaster.system.tasks import first_of

log = logging.getLogger("broadcaster.outputs")

AFTER_CLOSING_S = 180.0
"""The last captions of a closed event are sent for this long: until they would be too late."""
LOOK_EVERY_S = 5.0

MakeWire = Callable[[CaptionOutput, WireTarget], Wire]
_OUTPUTS = JobKind(
    noun="output",
    records=output_keys.OUTPUT_RECORDS,
    parse=CaptionOutput.from_json,
    event_of=attrgetter("event"),
    lease_of=lambda output: output_keys.output_lease(output.event, output.id),
    describe=lambda output: f"the output {output.id} of {output.event}",
    look_every_s=LOOK_EVERY_S,
)


class OutputSupervisor:
    """Starts an output when it is added, and ends it when its event is over.

    Args:
        bus: has the outputs, the leases and the captions.
        clock: the time.
        cipher: opens the addresses of outputs.
        make_wire: makes the connection of an output.
    """

    def __init__(self, bus: Bus, clock: Clock, cipher: MultiFernet, make_wire: MakeWire) -> None:
        self._bus = bus
        self._clock = clock
        self._cipher = cipher
        self._make_wire = make_wire
        self._jobs = EventJobs(bus, clock, log, _OUTPUTS, self._is_wanted, self._send)

    async def run(self) -> None:
        """Run them until cancelled."""
        await self._jobs.run()

    def _is_wanted(self, output: CaptionOutput, event: Event) -> bool:
        if output.removed_at_ms is not None:
            return False
        if not event.is_over:
            return True
        is_webhook = output.kind is OutputKind.WEBHOOK
        if event.state is EventState.DELETED or not (
            is_webhook or event.state is EventState.CLOSED
        ):
            return False
        for_s = AFTER_CLOSING_S + (DAY_S if is_webhook else 0)
        return self._clock.now_ms() - (event.closed_at_ms or 0) < for_s * 1_000

    async def _send(self, output: CaptionOutput) -> None:
        target = OutputTarget.opened(self._cipher, output.sealed)
        if target is None:
            progress = ProgressRecord(self._bus, self._clock, output, keys.NOTHING)
            await progress.load()
            await progress.failed(OutputState.STOPPED, "unreadable", {})
            await asyncio.get_running_loop().create_future()
            return
        language = self._language(output)
        where = WireTarget(target.address, target.password, language, output.options)
        wire = await asyncio.to_thread(self._make_wire, output, where)  # reads files
        hold_back_s = partial(self._hold_back_s, output)
        delivery: Delivery | ScreenText
        if output.kind in ON_SCREEN:
            delivery = ScreenText(self._bus, self._clock, output, wire, hold_back_s)
        else:
            letters = self._letters(output)
            delivery = Delivery(self._bus, self._clock, output, wire, letters, hold_back_s)
        try:
            topic = output_keys.output_tests(output.event)
            async with self._bus.subscribe(topic, depth=8) as orders:
                await delivery.load()
                await first_of(
                    delivery.run(),
                    self._send_tests(output, delivery, orders),
                    name=f"output:{output.kind}",
                )
        finally:
            await wire.close()

    def _letters(self, output: CaptionOutput) -> Letters:
        live_at_ms = partial(self._live_at_ms, output.event)
        if output.kind is not OutputKind.WEBHOOK:
            return CaptionLines(output, live_at_ms)
        return CaptionMessages(output, live_at_ms) if output.channel else HappeningMessages(output)

    def _language(self, output: CaptionOutput) -> str:
        if output.channel != FLOOR:
            return output.channel
        return self._jobs.events[output.event].source_language or ""

    def _hold_back_s(self, output: CaptionOutput) -> int:
        """For how many seconds captions are held back for a reviewer; happenings are not."""
        event = self._jobs.events.get(output.event)
        return event.hold_back_s if event is not None and output.channel else 0

    def _live_at_ms(self, event_id: str) -> int:
        event = self._jobs.events.get(event_id)
        live_at_ms = event.live_at_ms if event is not None else None
        return self._clock.now_ms() if live_at_ms is None else live_at_ms

    async def _send_tests(
        self, output: CaptionOutput, delivery: Delivery | ScreenText, orders: Subscription
    ) -> None:
        done = ""
        async for message in orders:
            try:
                order = OutputTest.from_json(message.payload)
            except ValueError:
                continue
            if order.output != output.id or order.test == done:  # an order may come again
                continue
            done = order.test
            try:
                await delivery.send_test(order.text, order.test)
                answer = OutputTest(order.test, output.id, arrived=True)
            except WireFailed as failed:
                answer = OutputTest(
                    order.test,
                    output.id,
                    arrived=False,
                    reason=failed.reason,
                    values=dict(failed.values),
                )
            self._bus.publish(output_keys.output_test_answer(order.test), answer.to_json())
