"""Brings the RTP packets of one stream into the order of their sequence numbers."""

from dataclasses import dataclass

WAIT_S = 0.08
"""How long a packet waits for one that was sent before it; what comes later than that is lost."""
MOST_WAITING = 32
"""Packets that wait at most; beyond it what is missing is lost."""
_NEW_NUMBERING = 1_000
"""A longer step of the sequence numbers, in either direction, is not loss but a new numbering."""
_CYCLE = 1 << 16


@dataclass(frozen=True, slots=True)
class ReceivedPacket:
    """The parts of an RTP packet that matter here.

    Attributes:
        sequence: 16 bit, wraps.
        timestamp: 32 bit, 48 kHz, wraps.
        payload: one Opus packet, without padding.
    """

    sequence: int
    timestamp: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class OrderedPacket:
    """The next packet, and how many are missing directly before it."""

    packet: ReceivedPacket
    missing: int


class PacketOrder:
    """A packet that comes in its turn is passed on at once; only a gap makes later ones wait."""

    def __init__(self) -> None:
        self._expected: int | None = None
        self._waiting: dict[int, ReceivedPacket] = {}
        self._waiting_since_s = 0.0

    def push_packet(self, packet: ReceivedPacket, now_s: float) -> list[OrderedPacket]:
        """Add a packet and take those whose turn it is; repeated and late ones are dropped."""
        if self._expected is None:
            self._expected = packet.sequence
        ahead = (packet.sequence - self._expected) % _CYCLE
        if _NEW_NUMBERING < ahead < _CYCLE - _NEW_NUMBERING:
            ready = self._skip_all()
            self._expected = (packet.sequence + 1) % _CYCLE
            return [*ready, OrderedPacket(packet, 0)]
        if ahead >= _CYCLE - _NEW_NUMBERING:
            return []
        if not self._waiting:
            self._waiting_since_s = now_s
        self._waiting[packet.sequence] = packet
        ready = self._take_consecutive(0)
        if len(self._waiting) > MOST_WAITING:
            ready += self._skip_gap(now_s)
        return ready

    def take_overdue(self, now_s: float) -> list[OrderedPacket]:
        """The packets that have waited long enough."""
        ready: list[OrderedPacket] = []
        while self._waiting and now_s - self._waiting_since_s >= WAIT_S:
            ready += self._skip_gap(now_s)
        return ready

    def _skip_all(self) -> list[OrderedPacket]:
        ready: list[OrderedPacket] = []
        while self._waiting:
            ready += self._skip_gap(self._waiting_since_s)
        return ready

    def _skip_gap(self, now_s: float) -> list[OrderedPacket]:
        """Give up the missing packets before the first that waits."""
        assert self._expected is not None
        expected = self._expected
        missing = min((sequence - expected) % _CYCLE for sequence in self._waiting)
        self._expected = (expected + missing) % _CYCLE
        ready = self._take_consecutive(missing)
        self._waiting_since_s = now_s
        return ready

    def _take_consecutive(self, missing: int) -> list[OrderedPacket]:
        assert self._expected is not None
        ready: list[OrderedPacket] = []
        while (packet := self._waiting.pop(self._expected, None)) is not None:
            ready.append(OrderedPacket(packet, missing))
            missing = 0
            self._expected = (self._expected + 1) % _CYCLE
        return ready
