"""The microphones of human interpreters that are connected to this process: a feed a channel."""

import asyncio
import logging

from broadcaster.access.registry import TokenRegistry
from broadcaster.access.tokens import Token
from broadcaster.consoles.sound.claims import MicrophoneClaim
from broadcaster.consoles.sound.feed import InterpreterFeed
from broadcaster.log import bound
from broadcaster.model.event import Event
from broadcaster.model.ports import Bus, Clock
from broadcaster.system.tasks import first_of
from broadcaster.webrtc.ingest import IngestPeer
from broadcaster.webrtc.whip.void_keys import until_void

log = logging.getLogger("broadcaster.consoles")


class InterpreterFeeds:
    """Owns the feeds; the WHIP endpoint hands it microphones.

    Args:
        bus: where turns and sound are.
        clock: time.
        registry: knows the interpreters' tokens.
    """

    def __init__(self, bus: Bus, clock: Clock, registry: TokenRegistry) -> None:
        self._bus = bus
        self._clock = clock
        self._registry = registry
        self._feeds: dict[tuple[str, str], InterpreterFeed] = {}
        self._tasks = asyncio.TaskGroup()

    async def run(self) -> None:
        """Own all feeds until cancelled."""
        async with self._tasks:
            await asyncio.get_running_loop().create_future()

    async def connect_microphone(
        self, event: Event, channel: str, token: Token, peer: IngestPeer, claim: MicrophoneClaim
    ) -> None:
        """Take a microphone, in place of another one of the same interpreter.

        Args:
            event: what is interpreted.
            channel: language of the channel.
            token: of the interpreter; the microphone is closed when it is void.
            peer: the microphone, negotiated.
            claim: its claim; the microphone is closed when another one has a newer one.
        """
        key = (event.id, channel)
        name = f"interpreter:{event.id}:{channel}"
        feed = self._feeds.get(key)
        begins = feed is None or feed.ended
        if feed is None or begins:
            feed = self._feeds[key] = InterpreterFeed(event, channel, self._bus, self._clock)
        replaced = feed.take(token.id, peer, claim)
        if begins:
            self._tasks.create_task(self._run_feed(key, feed), name=f"{name}: turns")
        self._tasks.create_task(feed.receive(token.id, peer), name=name)
        self._tasks.create_task(self._close_when_over(token, peer, claim), name=f"{name}: token")
        if replaced is not None:
            await replaced.close()

    async def _run_feed(self, key: tuple[str, str], feed: InterpreterFeed) -> None:
        with bound(event=key[0], language=key[1]):
            try:
                await feed.run()
            except Exception:
                log.exception("the microphones of a channel were disconnected by an error")
            finally:
                feed.ended = True
                if self._feeds.get(key) is feed:
                    del self._feeds[key]
            await feed.close()

    async def _close_when_over(
        self, token: Token, peer: IngestPeer, claim: MicrophoneClaim
    ) -> None:
        await first_of(
            until_void(self._registry, token),
            _until_replaced(claim),
            _until_closed(peer),
            name="interpreter's microphone",
        )
        await peer.close()


async def _until_replaced(claim: MicrophoneClaim) -> None:
    await claim.replaced.wait()


async def _until_closed(peer: IngestPeer) -> None:
    await peer.wait_closed()
