"""The floors of this process: one feed for each event, a main and a backup publisher for each."""

import asyncio
import logging
import secrets

from broadcaster.errors import BusUnavailable, FloorTaken
from broadcaster.floor.feed import FloorFeed
from broadcaster.floor.floor_asks import FloorAsk, until_asked
from broadcaster.floor.microphones.mix import MicrophoneMix
from broadcaster.floor.microphones.publisher import FloorPublisher
from broadcaster.log import bound
from broadcaster.model import keys
from broadcaster.model.event import SLUG, Event, EventState
from broadcaster.model.inputs.microphones import Microphone
from broadcaster.model.inputs.rules import InputRole
from broadcaster.model.ports import Bus, Clock, Lease
from broadcaster.system.tasks import first_of
from broadcaster.webrtc.ingest import IngestPeer

log = logging.getLogger("broadcaster.floor")

FLOOR_LEASE_MS = 3_000
"""Another process can take the floor of one that died when this time has passed."""
LEASE_WAIT_S = 2.0
"""A publisher waits this long for another process, which closes its own and releases the floor."""
RETAKE_S = 7.0
"""A floor whose lease was lost is another process's if that keeps it for this long.

The time to live of the lease is shorter, so a request of this process that was on its way for long
has ended by then.
"""


class Floors:
    """Owns the feeds; the WHIP endpoint hands it publishers.

    Args:
        bus: where sound and status go.
        clock: time.
        frame_samples: of an Opus packet.
    """

    def __init__(self, bus: Bus, clock: Clock, frame_samples: int) -> None:
        self._bus = bus
        self._clock = clock
        self._frame_samples = frame_samples
        self._feeds: dict[str, asyncio.Future[FloorFeed]] = {}
        self._process = secrets.token_hex(4)
        self._holding: set[asyncio.Task[None]] = set()
        self._tasks = asyncio.TaskGroup()

    async def run(self) -> None:
        """Own all feeds until cancelled; cancelling takes every speaker off the floor."""
        async with self._tasks:
            await asyncio.get_running_loop().create_future()

    async def release(self) -> None:
        """Take every speaker off the floor and release all leases, so that others can take them."""
        holding = list(self._holding)
        for task in holding:
            task.cancel()
        await asyncio.gather(*holding, return_exceptions=True)

    async def find_event(self, event_id: str) -> Event | None:
        """Return the event of this id from its record; None if no event has it.

        Raises:
            BusUnavailable: the record cannot be read.
        """
        if not SLUG.fullmatch(event_id):
            return None
        record = await self._bus.get(keys.event_record(event_id))
        event = Event.from_json(record.value) if record else None
        return event if event and event.state is not EventState.DELETED else None

    def refuse_if_taken(
        self,
        event: Event,
        role: InputRole = InputRole.MAIN,
        microphone: Microphone | None = None,
    ) -> None:
        """Check that no publisher of this input is live; a stalled one gives way.

        A microphone is mixed with others, so it only looks at itself among them.

        Raises:
            FloorTaken: a publisher is connected and sending.
        """
        feed = self._feeds.get(event.id)
        if feed is None or not feed.done():
            return
        mix = feed.result().mix if role is InputRole.MAIN else None
        if microphone is not None and mix is not None:
            if mix.is_taken(microphone):
                raise FloorTaken(
                    "this microphone's link is in use already",
                    "Stop it on the other device, or take over with ?takeover=1.",
                )
        elif feed.result().is_taken(role):
            hint = "Stop the other publisher, or take over with ?takeover=1."
            if role is InputRole.BACKUP:
                raise FloorTaken("another backup already stands by for this event", hint)
            raise FloorTaken("somebody else is already speaking into this event", hint)

    async def publish(
        self,
        event: Event,
        peer: IngestPeer,
        *,
        takeover: bool,
        role: InputRole = InputRole.MAIN,
        microphone: Microphone | None = None,
    ) -> None:
        """Put a publisher on the floor, as its main or its backup input.

        A microphone joins those that the main input mixes.

        Raises:
            FloorTaken: by another publisher (without `takeover`) or by another server process.
        """
        before = self._feeds.get(event.id)
        if before is not None and before.done() and before.result().ended:
            await before.result().released.wait()
        if event.id not in self._feeds:
            self._feeds[event.id] = asyncio.get_running_loop().create_future()
            ask = FloorAsk(self._process, role, takeover and microphone is None)
            holding = self._tasks.create_task(self._hold(event, ask), name=f"floor:{event.id}")
            self._holding.add(holding)
            holding.add_done_callback(self._holding.discard)
        feed = await self._feed_of(event, microphone)
        if not takeover:
            self.refuse_if_taken(event, role, microphone)
        if microphone is None or role is InputRole.BACKUP:
            replaced = feed.take(peer, role, takeover=takeover)
        else:
            replaced = self._mix_in(feed, peer, microphone, takeover=takeover)
        if replaced is not None:
            await replaced.close()

    async def _feed_of(self, event: Event, microphone: Microphone | None) -> FloorFeed:
        """The feed of an event, once this process has the floor.

        Raises:
            FloorTaken: another process keeps it.
        """
        try:
            return await asyncio.shield(self._feeds[event.id])
        except FloorTaken:
            if microphone is None:
                raise
        raise FloorTaken(
            "another server process has the floor, and microphones are mixed only in one",
            "Let your proxy choose the server process by the path /whip/EVENT, so that all "
            "microphones of an event reach the same one, then connect again.",
        )

    def _mix_in(
        self, feed: FloorFeed, peer: IngestPeer, microphone: Microphone, *, takeover: bool
    ) -> FloorPublisher | None:
        """Let a microphone join; returns the publisher that it replaces."""
        replaced: FloorPublisher | None
        mix = feed.mix
        if mix is not None:
            replaced = mix.join(microphone, peer)
        else:
            mix = MicrophoneMix(self._clock)
            mix.join(microphone, peer)
            replaced = feed.take(mix, takeover=takeover)
        self._tasks.create_task(self._hear(mix, peer), name=f"microphone:{feed.event.id}")
        return replaced

    async def _hear(self, mix: MicrophoneMix, peer: IngestPeer) -> None:
        try:
            await mix.hear(peer)
        except Exception:
            log.exception("a microphone was disconnected by an error")
            await peer.close()

    async def _hold(self, event: Event, ask: FloorAsk) -> None:
        """Run a feed while this process holds the lease of the floor."""
        started = self._feeds[event.id]
        self._bus.publish(keys.floor_asks(event.id), ask.to_json())
        try:
            async with asyncio.timeout(LEASE_WAIT_S) as wait:
                async with self._bus.lease(keys.floor_lease(event.id), FLOOR_LEASE_MS) as lease:
                    wait.reschedule(None)
                    feed = FloorFeed(event, self._bus, self._clock, self._frame_samples)
                    started.set_result(feed)
                    with bound(event=event.id):
                        await first_of(
                            feed.run(),
                            self._until_taken(event.id, lease),
                            until_asked(self._bus, feed, self._process),
                            name=f"floor:{event.id}",
                        )
        except TimeoutError:
            started.set_exception(
                FloorTaken(
                    "another server process holds the floor of this event",
                    "Take over with ?takeover=1. If that does not help, stop that server and try "
                    "again in three seconds.",
                )
            )
        except Exception:
            log.exception("the floor of event %s ended", event.id)
        finally:
            del self._feeds[event.id]
            if not started.done():
                started.cancel()
            elif not started.exception():
                started.result().released.set()

    async def _until_taken(self, event_id: str, lease: Lease) -> None:
        """Return when another process has the floor.

        A bus that is down ends the lease, but not the floor: the speaker stays connected, and what
        is said is handed on later. When the bus works again the lease is taken again.
        """
        await lease.lost()
        while True:
            log.warning("the lease of the floor was lost; the speaker stays connected")
            answered = await self._bus_answers()
            try:
                async with (
                    asyncio.timeout(RETAKE_S) as wait,
                    self._bus.lease(keys.floor_lease(event_id), FLOOR_LEASE_MS) as again,
                ):
                    wait.reschedule(None)
                    await again.lost()
            except TimeoutError:
                if answered and await self._bus_answers():
                    return

    async def _bus_answers(self) -> bool:
        try:
            await self._bus.probe()
        except BusUnavailable:
            return False
        return True
