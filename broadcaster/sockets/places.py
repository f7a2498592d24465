"""Counts the places that each network address holds, so that none takes them all.

The table needs no limit of its own: an address is in it only while it holds a place, and the number
of places is limited.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass


class Place:
    """A place that is held; `release` gives it back once."""

    __slots__ = ("_held", "_network")

    def __init__(self, held: Counter[str], network: str) -> None:
        self._held = held
        self._network: str | None = network
        held[network] += 1

    def release(self) -> None:
        """Give the place back; a second call does nothing."""
        network, self._network = self._network, None
        if network is None:
            return
        self._held[network] -= 1
        if not self._held[network]:
            del self._held[network]


class Places:
    """The places of one kind in this process: connections, or WebRTC sessions.

    Args:
        most: places of one network.
        on_full: told of a network that is refused a place.
    """

    def __init__(self, most: int, on_full: Callable[[str], None] = lambda _: None) -> None:
        self._most = most
        self._on_full = on_full
        self._held: Counter[str] = Counter()

    def __len__(self) -> int:
        return self._held.total()

    def networks(self) -> int:
        """How many networks hold a place."""
        return len(self._held)

    def take(self, network: str) -> Place | None:
        """A place for a client.

        Args:
            network: its address as far as it is counted.

        Returns:
            None when the network holds as many as it may.
        """
        if self._held.get(network, 0) >= self._most:
            self._on_full(network)
            return None
        return Place(self._held, network)


@dataclass(frozen=True, slots=True)
class PeerPlaces:
    """The limit of connections from one address.

    Attributes:
        places: counts them.
        network_of: the network of a peer's address; None for a peer that is not counted, such as a
            proxy through which many clients come.
    """

    places: Places
    network_of: Callable[[str], str | None]
