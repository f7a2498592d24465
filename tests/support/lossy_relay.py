"""A bad network between a WebRTC player and the server: a UDP relay that loses sound on the way."""

import asyncio
import random
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count

Address = tuple[str, int]
_RTP = range(128, 192)
"""First bytes of RTP and RTCP (RFC 7983 section 7); what else there is, is passed on."""
Loses = Callable[[], bool]
"""Whether the next packet is lost."""


def nothing() -> bool:
    """Every packet arrives."""
    return False


def every(nth: int) -> Loses:
    """Every nth packet is lost."""
    numbers = count(1)
    return lambda: next(numbers) % nth == 0


def at_random(share: float, seed: int, burst_packets: float | None = None) -> Loses:
    """Gilbert's two states, one that loses; in every run the same packets are lost.

    Args:
        share: of the packets, in the long run.
        seed: of the random numbers.
        burst_packets: mean number lost in a row; None when no packet knows of the one before.
    """
    numbers = random.Random(seed)
    recovers = 1 - share if burst_packets is None else 1 / burst_packets
    fails = share / (1 - share) * recovers
    losing = False

    def lost() -> bool:
        nonlocal losing
        losing = numbers.random() >= recovers if losing else numbers.random() < fails
        return losing

    return lost


class LossyRelay:
    """Stands in for the server's UDP port towards one player.

    Attributes:
        loses: asked for every packet of the server; may be replaced at any time.
        relayed: packets that came from the server.
        lost: of these, not passed on.
    """

    def __init__(self) -> None:
        self.loses: Loses = nothing
        self.relayed = self.lost = 0
        self._player: Address | None = None
        self._to_player: asyncio.DatagramTransport
        self._to_server: asyncio.DatagramTransport

    @classmethod
    @asynccontextmanager
    async def to(cls, server_port: int) -> AsyncIterator["LossyRelay"]:
        """A relay to a port of this machine."""
        loop, relay = asyncio.get_running_loop(), cls()
        relay._to_player, _ = await loop.create_datagram_endpoint(
            lambda: _Side(relay._from_player),
            ("0.0.0.0", 0),
        )
        relay._to_server, _ = await loop.create_datagram_endpoint(
            lambda: _Side(relay._from_server), remote_addr=("127.0.0.1", server_port)
        )
        try:
            yield relay
        finally:
            relay._to_player.close()
            relay._to_server.close()
            await asyncio.sleep(0)

    @property
    def port(self) -> int:
        """The port to which the player sends."""
        port: int = self._to_player.get_extra_info("sockname")[1]
        return port

    def answer(self, sdp: str) -> str:
        """The server's answer, with this relay in its place."""
        return re.sub(r" \d+ typ host", f" {self.port} typ host", sdp)

    def _from_player(self, data: bytes, player: Address) -> None:
        self._player = player
        self._to_server.sendto(data)

    def _from_server(self, data: bytes, _server: Address) -> None:
        if data[0] in _RTP:
            self.relayed += 1
            if self.loses():
                self.lost += 1
                return
        if self._player is not None:
            self._to_player.sendto(data, self._player)


class _Side(asyncio.DatagramProtocol):
    def __init__(self, received: Callable[[bytes, Address], None]) -> None:
        self._received = received

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._received(data, addr)
