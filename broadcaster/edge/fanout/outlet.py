"""The interface between a channel's hub and a transport."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from broadcaster.edge.fanout.slow_listeners import SlowListeners
from broadcaster.model.ports import Clock
from broadcaster.sockets.uring import Ring

Goodbye = Callable[[], Awaitable[None]]
"""Tells one listener that this process stops, so that it connects to another one."""


@dataclass(frozen=True, slots=True)
class OutletTools:
    """The tools that a hub gives its outlets.

    Attributes:
        clock: the time.
        ring: writes to many sockets at once; None writes to one after the other.
        slow: counts what the hub's slow listeners miss.
    """

    clock: Clock
    ring: Ring | None
    slow: SlowListeners


class Outlet(Protocol):
    """One transport's way out of a hub. The hub makes it, runs it and ends it."""

    def __len__(self) -> int:
        """Return the number of listeners, including those that wait for their first frame."""

    def send_envelope(self, envelope: bytes) -> None:
        """Take the channel's next frame, as it was published on the bus.

        Never waits: what takes time is done in `run` or by another task.
        """

    async def run(self) -> None:
        """Serve the listeners until cancelled, or until the outlet is no longer needed.

        When it returns or fails, the hub cuts the outlet and forgets it.
        """

    def end(self) -> None:
        """Tell every listener that the event is over."""

    def goodbyes(self) -> list[Goodbye]:
        """Return a goodbye for each listener; it does nothing for one that has left."""

    def cut(self) -> None:
        """Disconnect every listener; their players connect again."""
