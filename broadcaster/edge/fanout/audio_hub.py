"""One channel's sound for all its listeners in this process."""

import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TypeVar

from broadcaster.edge.fanout.held_sound import HeldSound
from broadcaster.edge.fanout.outlet import Goodbye, Outlet, OutletTools
from broadcaster.model.ports import Bus

log = logging.getLogger("broadcaster.edge")

DEPTH = 64
"""Most frames that may wait for the hub: about 4 s of 60 ms frames, over 1 s of 20 ms ones."""

OutletT = TypeVar("OutletT", bound=Outlet)
Part = Callable[[], Coroutine[Any, Any, None]]
"""Something that runs until it is cancelled."""
Start = Callable[[Part, str], None]
"""Runs a part as a task of the given name; the task is cancelled when the room ends."""


class AudioHub:
    """One subscription, and an outlet for each transport that has listeners of this channel.

    The hub owns its outlets: it makes one when its first listener comes, counts its listeners,
    gives it every frame, and ends it. Nothing here waits for a listener.

    Args:
        bus: where the frames come from.
        topic: of the channel, or of one of its variants.
        tools: what outlets work with.
        start: runs the outlets, and what sends the frames that have waited.
        delay_ms: frames wait for so long.
    """

    def __init__(
        self, bus: Bus, topic: str, tools: OutletTools, start: Start, delay_ms: int = 0
    ) -> None:
        self._bus = bus
        self._topic = topic
        self._tools = tools
        self._start = start
        self._outlets: dict[tuple[type[Outlet], str], Outlet] = {}
        self._held = HeldSound(tools.clock, self._send)
        self._holds = False
        self.delay(delay_ms)
        self.slow = tools.slow
        """The frames that slow listeners have missed so far, over all outlets."""

    def __len__(self) -> int:
        return sum(len(outlet) for outlet in self._outlets.values())

    def outlet(
        self, kind: type[OutletT], make: Callable[[OutletTools], OutletT], form: str = ""
    ) -> OutletT:
        """Return the outlet of one transport, and make it first if needed.

        Args:
            kind: its class.
            make: makes it.
            form: distinguishes outlets of one class.
        """
        key = (kind, form)
        found = self._outlets.get(key)
        if found is None:
            found = self._outlets[key] = make(self._tools)
            name = f"{kind.__name__}:{self._topic}{form and f'.{form}'}"
            self._start(partial(self._run_outlet, key, found), name)
        assert isinstance(found, kind)
        return found

    def delay(self, ms: int) -> None:
        """Let frames wait for another time."""
        self._held.delay(ms)
        if ms and not self._holds:
            self._holds = True
            self._start(self._held.run, f"held sound:{self._topic}")

    def end(self) -> None:
        """Tell every listener that the event is over; what waits is not heard any more."""
        for outlet in list(self._outlets.values()):
            outlet.end()

    def goodbyes(self) -> list[Goodbye]:
        """A goodbye for each listener."""
        return [goodbye for outlet in self._outlets.values() for goodbye in outlet.goodbyes()]

    def cut(self) -> None:
        """Disconnect every listener; their players connect again."""
        for outlet in list(self._outlets.values()):
            outlet.cut()

    async def run(self) -> None:
        """Give every frame of the channel to every outlet, until cancelled."""
        async with self._bus.subscribe(self._topic, depth=DEPTH) as frames:
            async for message in frames:
                self._held.push(message.payload)

    def _send(self, envelope: bytes) -> None:
        for outlet in self._outlets.values():
            outlet.send_envelope(envelope)

    async def _run_outlet(self, key: tuple[type[Outlet], str], outlet: Outlet) -> None:
        try:
            await outlet.run()
        except Exception:
            log.exception("an outlet of %s failed; its listeners are disconnected", self._topic)
        finally:
            outlet.cut()
            del self._outlets[key]
