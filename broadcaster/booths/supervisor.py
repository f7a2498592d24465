"""Runs the booths that live events need now, each in one process only.

A booth runs while its event is live and its channel is needed: it has or had a listener or reader,
or the organizer wants it always on, or an interpreter has the console open. At the spend cap the
booths are suspended: they run, but only let the floor be heard.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from broadcaster.booths.booth import Booth
from broadcaster.booths.demand.event_booths import BoothKey, Demand, EventBooths, RunningBooth
from broadcaster.booths.demand.orders import BoothOrders
from broadcaster.booths.demand.spreading import BoothSpread
from broadcaster.booths.dependencies import BoothDependencies
from broadcaster.booths.progress import is_under_way
from broadcaster.booths.text.spoken_language import load_language_models
from broadcaster.errors import BusUnavailable
from broadcaster.log import bound
from broadcaster.model import keys
from broadcaster.model.consoles import console_keys
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.ports import Lease
from broadcaster.model.relay.relays import relays
from broadcaster.model.spending.spent import Spent
from broadcaster.model.status import (
    STATUS_INTERVAL_S,
    BoothState,
    BoothStatus,
    ConsoleStatus,
    EdgeStatus,
    status_to_json,
    statuses,
)
from broadcaster.system.tasks import first_of

log = logging.getLogger("broadcaster.booths")

BOOTH_RESTART_S = 2.0
"""Pause before a booth that ended by an error of ours starts again."""
MODELS_RETRY_S = 5.0
"""Pause before the language models are loaded again."""
BOOTH_LINGER_S = 60.0
"""A booth goes on for this long after its last listener and reader."""
BOOTH_LEASE_MS = 3_000
"""Another process takes the booth of one that died when this time has passed."""
CLAIM_S = 5.0
"""A lease that another process keeps for this long is left to it until it is free."""
SAVE_EVERY_S = 5.0
"""Interval at which an event's spending is written to its record."""


class BoothSupervisor:
    """Runs booths, each under its lease, so that several processes share the work evenly.

    Args:
        dependencies: what booths work with.
        on_demand: run only the booths that are needed; False runs all of every live event.
        linger_s: see `Demand`.
        rehearsed: gives what the booths of rehearsals work with; None if they work as all others.
    """

    def __init__(
        self,
        dependencies: BoothDependencies,
        *,
        on_demand: bool = False,
        linger_s: float = BOOTH_LINGER_S,
        rehearsed: Callable[[], Awaitable[BoothDependencies]] | None = None,
    ) -> None:
        self._dependencies = dependencies
        self._bus = dependencies.bus
        self._clock = dependencies.clock
        self._on_demand = on_demand
        self._linger_s = linger_s
        self._rehearsed = rehearsed
        self._events: dict[str, EventBooths] = {}
        self._following: dict[str, asyncio.Task[None]] = {}
        self._spread = BoothSpread(self._bus, self._clock)

    async def run(self) -> None:
        """Start and stop booths as they are needed, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow_events(tasks), name="booths: events")
            tasks.create_task(self._spread.run(), name="booths: spread")
            try:
                await self._keep_arranged(tasks)
            finally:
                self._spread.leave()

    async def finish_ended(self) -> None:
        """Return when the booths that were told to end have finished: nobody goes on for them."""
        ending = [
            booth.task
            for booths in self._events.values()
            for booth in booths.running.values()
            if booth.orders.ended
        ]
        if ending:
            await asyncio.wait(ending)

    async def _keep_arranged(self, tasks: asyncio.TaskGroup) -> None:
        saves = True
        while True:
            try:
                await self._save()
                saves = True
            except BusUnavailable as error:
                if saves:
                    log.warning("cannot save what the events have spent: %s", error.message)
                saves = False
            for booths in self._events.values():
                self._arrange(booths, tasks)
                self._report(booths)
            self._give_up_surplus()
            await self._clock.sleep(STATUS_INTERVAL_S)

    async def _load_models(self) -> None:
        """Load the language models; a full disk, which they need for a moment, is waited out."""
        while True:
            try:
                return await load_language_models()
            except OSError as error:
                log.error(  # noqa: TRY400
                    "interpretation waits, because the language models cannot be unpacked: %s. "
                    "Make space in the folder for temporary files (TMPDIR).",
                    error.strerror or error,
                )
                await self._clock.sleep(MODELS_RETRY_S)

    async def _follow_events(self, tasks: asyncio.TaskGroup) -> None:
        """Learn of every event and its changes as they are made.

        The models are loaded for the first event, or its first listener would wait for them. A
        process that has no event starts without that work.
        """
        has_models = False
        async for name, record in self._bus.watch_all(keys.EVENT_RECORDS):
            try:
                event = Event.from_json(record.value)
            except (ValueError, TypeError, KeyError):
                log.exception("%s cannot be read and is ignored", name)
                continue
            if event.is_over:
                self._bus.forget_retained(keys.floor_pcm(event.id))
                for relay in relays(event):
                    self._bus.forget_retained(keys.relay_pcm(event.id, relay))
                for channel in event.channels:
                    human = console_keys.interpreter_pcm(event.id, channel.language)
                    self._bus.forget_retained(human)
            elif not has_models:
                await self._load_models()
                has_models = True
            if booths := self._events.get(event.id):
                booths.event = event
            elif event.state is EventState.LIVE:
                booths = await self._enter(event, tasks)
            else:
                continue
            self._arrange(booths, tasks)

    async def _enter(self, event: Event, tasks: asyncio.TaskGroup) -> EventBooths:
        """Take on an event that went live, with what it has spent so far."""
        booths = EventBooths(event, Demand(self._linger_s), Spent(), self._clock.monotonic())
        while True:
            try:
                await self._exchange_spent(booths)
                await self._resume(booths)
                break
            except BusUnavailable as error:
                log.warning(
                    "cannot read what was spent and done in %s: %s", event.id, error.message
                )
                await self._clock.sleep(STATUS_INTERVAL_S)
        self._events[event.id] = booths
        self._following[event.id] = tasks.create_task(
            self._follow_status(booths, tasks), name=f"booths:{event.id}"
        )
        return booths

    async def _resume(self, booths: EventBooths) -> None:
        """Count the channels as used whose booths the last process on this data folder left.

        Their listeners come back, and the sentence under way is written for the readers that come
        later. Where processes share a bus, each knows what is in use.
        """
        event = booths.event
        if self._bus.shared or not await self._bus.retained(keys.floor_pcm(event.id), 0, 1):
            return
        for channel in event.channel_ids():
            if await is_under_way(self._bus, event.id, channel):
                booths.demand.use(channel, self._clock.monotonic())

    async def _save(self) -> None:
        """Write down what was spent, and forget events that are over after their last booth."""
        for booths in list(self._events.values()):
            over = booths.event.is_over and not booths.running
            due = over or self._clock.monotonic() - booths.saved_at >= SAVE_EVERY_S
            if due and booths.event.state is not EventState.DELETED:
                await self._exchange_spent(booths)
            if over:
                del self._events[booths.event.id]
                self._following.pop(booths.event.id).cancel()

    async def _exchange_spent(self, booths: EventBooths) -> None:
        """Merge what was spent with its record, and write the record if it knew less."""
        name = keys.spent_record(booths.event.id)
        record = await self._bus.get(name)
        try:
            known = Spent.from_json(record.value) if record else Spent()
        except (ValueError, TypeError, KeyError):
            log.exception("%s cannot be read and is written from scratch", name)
            known = Spent()
        booths.spent.merge(known)
        if booths.spent != known:
            await self._bus.put(name, booths.spent.to_json())
        booths.saved_at = self._clock.monotonic()

    async def _follow_status(self, booths: EventBooths, tasks: asyncio.TaskGroup) -> None:
        """Follow audience and costs; the first listener of a channel starts its booth at once."""
        topic = keys.status(booths.event.id)
        while True:
            try:
                async with self._bus.subscribe(topic) as messages:
                    async for status in statuses(messages):
                        match status:
                            case EdgeStatus() as edge:
                                booths.demand.record(edge, self._clock.monotonic())
                                self._arrange(booths, tasks)
                            case BoothStatus() as booth:
                                booths.spent.record(booth)
                            case ConsoleStatus(channel=channel):
                                booths.use_console(channel, self._clock.monotonic())
                                self._arrange(booths, tasks)
            except Exception:
                log.exception("the status of %s cannot be followed", booths.event.id)
            await self._clock.sleep(BOOTH_RESTART_S)

    def _arrange(self, booths: EventBooths, tasks: asyncio.TaskGroup) -> None:
        """Start the booths that are needed and end the others, which takes them a while."""
        booths.check_budget()
        booths.running = {
            key: booth for key, booth in booths.running.items() if not booth.task.done()
        }
        channels = booths.needed(self._clock.monotonic(), on_demand=self._on_demand)
        needed = {BoothKey.of(one, booths.event): one for one in channels}
        for key in needed.keys() - booths.running.keys():
            orders = BoothOrders()
            name = f"booth:{booths.event.id}:{key.language}"
            task = tasks.create_task(
                self._run_with_lease(booths.event, needed[key], orders), name=name
            )
            booths.running[key] = RunningBooth(task, orders)
        for key, booth in booths.running.items():
            if key in needed:
                booth.orders.suspend(booths.suspended)
            elif booth.orders.working:
                booth.orders.end()
            else:
                booth.task.cancel()

    def _report(self, booths: EventBooths) -> None:
        """Publish a status for each channel without a booth: idle, or suspended."""
        if booths.event.state is not EventState.LIVE:
            return
        running = {key.language for key in booths.running}
        state = BoothState.FAILED if booths.suspended else BoothState.IDLE
        for channel in booths.event.channels:
            if channel.language not in running:
                status = BoothStatus(channel.language, state, booths.suspended)
                self._bus.publish(keys.status(booths.event.id), status_to_json(status))

    def _wanted(self) -> list[str]:
        """All booths that are needed now, wherever they run."""
        return [
            _booth_id(booths.event, language)
            for booths in self._events.values()
            for language in {key.language for key in booths.running}
        ]

    def _give_up_surplus(self) -> None:
        """Leave a booth to a process that has fewer, one at a time."""
        running = {
            _booth_id(booths.event, key.language): booth.orders
            for booths in self._events.values()
            for key, booth in booths.running.items()
        }
        if any(orders.leaving for orders in running.values()):
            return
        surplus = self._spread.surplus(running)
        if surplus in running and running[surplus].working:
            log.info("%s is left to a process with fewer booths", surplus)
            running[surplus].leave()

    async def _run_with_lease(self, event: Event, channel: Channel, orders: BoothOrders) -> None:
        """Run one booth whenever this process holds its lease, until its orders end."""
        name = _booth_id(event, channel.language)
        with bound(event=event.id, language=channel.language):
            while True:
                await self._spread.turn(name, self._wanted)
                failed = await self._run_leased(event, channel, orders)
                if orders.ended or orders.leaving:
                    return
                if failed:
                    await self._clock.sleep(BOOTH_RESTART_S)

    async def _run_leased(self, event: Event, channel: Channel, orders: BoothOrders) -> bool:
        """Run one booth while this process has its lease, if it gets it soon.

        Returns:
            Whether the booth ended by an error.
        """
        name = _booth_id(event, channel.language)
        lease_name = keys.booth_lease(event.id, channel.language)
        failed = False
        with suppress(TimeoutError):
            async with (
                asyncio.timeout(CLAIM_S) as claiming,
                self._bus.lease(lease_name, BOOTH_LEASE_MS) as lease,
            ):
                claiming.reschedule(None)
                with self._spread.holding(name):
                    orders.working = True
                    try:
                        booth = Booth(
                            event=event,
                            channel=channel,
                            dependencies=await self._dependencies_of(event),
                            orders=orders,
                        )
                        await first_of(booth.run(), _until_lost(lease, booth), name=name)
                    except Exception:
                        log.exception("booth ended by an error and starts again")
                        failed = True
                    orders.working = False
        return failed

    async def _dependencies_of(self, event: Event) -> BoothDependencies:
        """The tools of a booth of the event. A rehearsal has its own unless it names services."""
        named = event.failover.providers
        if event.rehearsal_of and not named and self._rehearsed is not None:
            return await self._rehearsed()
        return self._dependencies


def _booth_id(event: Event, language: str) -> str:
    return f"{event.id}/{language}"


async def _until_lost(lease: Lease, booth: Booth) -> None:
    """Return when another process may have the booth; from then on it writes nothing."""
    await lease.lost()
    booth.abandon()
