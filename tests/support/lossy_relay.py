"""A bad network between WebRTC players and the server: a UDP relay that loses sound on the way."""

import asyncio
import random
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Any

Address = tuple[str, int]
_DATAGRAM_BYTES = 2**16
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
    """Stands in for the server's UDP port, as a router with NAT does.

    Attributes:
        port: to which players send.
        loses: asked for every packet of the server; may be replaced at any time.
        unreachable: whether nothing gets through, in either direction.
        one_way_s: how long a packet is on its way.
        relayed: packets that came from the server.
        lost: of these, not passed on.
    """

    def __init__(self, players: socket.socket, server_port: int) -> None:
        self.port: int = players.getsockname()[1]
        self.loses: Loses = nothing
        self.unreachable = False
        self.one_way_s = 0.0
        self.relayed = self.lost = 0
        self._players = players
        self._server_port = server_port
        self._ways: dict[Address, socket.socket] = {}
        self._forgotten: set[Address] = set()

    @classmethod
    @asynccontextmanager
    async def to(cls, server_port: int) -> AsyncIterator["LossyRelay"]:
        """A relay to a port of this machine."""
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as players:
            players.settimeout(0)
            players.bind(("0.0.0.0", 0))
            relay = cls(players, server_port)
            loop.add_reader(players, relay._read_players)
            try:
                yield relay
            finally:
                loop.remove_reader(players)
                for player in list(relay._ways):
                    relay._close(player)

    def answer(self, sdp: str) -> str:
        """The server's answer, with this relay in its place."""
        return re.sub(r" \d+ typ host", f" {self.port} typ host", sdp)

    @property
    def page_script(self) -> str:
        """Run in a page before its own scripts, so that its sessions pass through this relay."""
        return f"""
          const set = RTCPeerConnection.prototype.setRemoteDescription;
          RTCPeerConnection.prototype.setRemoteDescription = function ({{type, sdp}}) {{
            window.connection = this;
            const relayed = sdp.replace(/ \\d+ typ host/g, ' {self.port} typ host');
            return set.call(this, {{type, sdp: relayed}});
          }};
        """

    def forget_players(self) -> None:
        """Pass on nothing more of the sessions there are, as after a change of network."""
        self._forgotten |= set(self._ways)
        for player in list(self._ways):
            self._close(player)

    def _read_players(self) -> None:
        with suppress(BlockingIOError):
            while True:
                data, player = self._players.recvfrom(_DATAGRAM_BYTES)
                if player not in self._forgotten and not self.unreachable:
                    self._later(self._way_of(player).send, data)

    def _read_server(self, player: Address) -> None:
        # A server that has just ended refuses what was sent to it.
        with suppress(BlockingIOError, ConnectionRefusedError):
            while True:
                self._from_server(self._ways[player].recv(_DATAGRAM_BYTES), player)

    def _from_server(self, data: bytes, player: Address) -> None:
        if data[0] in _RTP:
            self.relayed += 1
            if self.unreachable or self.loses():
                self.lost += 1
                return
        if not self.unreachable:
            self._later(self._players.sendto, data, player)

    def _later(self, send: Callable[..., int], *packet: Any) -> None:
        def arrive() -> None:
            # UDP may lose it; and the relay may be closed by now.
            with suppress(OSError):
                send(*packet)

        if self.one_way_s:
            asyncio.get_running_loop().call_later(self.one_way_s, arrive)
        else:
            arrive()

    def _way_of(self, player: Address) -> socket.socket:
        """The socket that stands for a player at the server."""
        if player not in self._ways:
            way = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            way.settimeout(0)
            way.connect(("127.0.0.1", self._server_port))
            asyncio.get_running_loop().add_reader(way, self._read_server, player)
            self._ways[player] = way
        return self._ways[player]

    def _close(self, player: Address) -> None:
        way = self._ways.pop(player)
        asyncio.get_running_loop().remove_reader(way)
        way.close()
