"""Ends publishers whose key was replaced or revoked, or has expired, while they are on the air."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from broadcaster.access.registry import TokenRegistry
from broadcaster.access.tokens import Token
from broadcaster.model import keys
from broadcaster.model.event import Event
from broadcaster.model.ports import Bus
from broadcaster.stage_keys import is_stage_key
from broadcaster.system.tasks import first_of
from broadcaster.webrtc.ingest import IngestPeer
from broadcaster.webrtc.whip.void_keys import until_void

log = logging.getLogger("broadcaster.floor")


class PublisherKeys:
    """Watches the key of each publisher of this process.

    Args:
        bus: has the events, whose keys may be replaced.
        registry: knows the stage tokens.
    """

    def __init__(self, bus: Bus, registry: TokenRegistry) -> None:
        self._bus = bus
        self._registry = registry
        self._tasks = asyncio.TaskGroup()

    async def run(self) -> None:
        """Own all watches until cancelled."""
        async with self._tasks:
            await asyncio.get_running_loop().create_future()

    def watch(self, peer: IngestPeer, event: Event, given: str, token: Token | None) -> None:
        """Close a publisher when its key is void; ends when the publisher does.

        Args:
            peer: the publisher.
            event: the event it speaks into.
            given: the key it showed.
            token: the token that the key is; None if it is the event's own key.
        """
        void = self._until_revoked(token) if token else self._until_replaced(event, given)
        self._tasks.create_task(self._close_when(void, peer), name=f"stage key:{event.id}")

    async def _close_when(self, void: Coroutine[Any, Any, None], peer: IngestPeer) -> None:
        await first_of(void, _until_closed(peer), name="stage key")
        await peer.close()

    async def _until_revoked(self, token: Token) -> None:
        await until_void(self._registry, token)
        log.info("the key of a speaker was revoked or has expired: they are off the air")

    async def _until_replaced(self, event: Event, given: str) -> None:
        async for record in self._bus.watch(keys.event_record(event.id)):
            with suppress(ValueError, TypeError, KeyError):  # the supervisor reports it
                if not is_stage_key(given, Event.from_json(record.value).stage_key):
                    log.info(
                        "the speaker's link was replaced: a speaker who used it is off the air"
                    )
                    return


async def _until_closed(peer: IngestPeer) -> None:
    await peer.wait_closed()
