"""Adds up what the sessions of a booth were sent and lost, for each of its engines."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from broadcaster.booths.sessions.fed_session import FedSession
from broadcaster.realtime.session_events import Usage


@dataclass(frozen=True, slots=True)
class EngineUse:
    """The use of one engine, which its provider bills.

    Attributes:
        rank: number of the engine, 0 for the preferred one.
        fed_blocks: blocks of the floor that were sent.
        usage: tokens, if it counts them.
    """

    rank: int
    fed_blocks: int
    usage: Usage


class SessionCounts:
    """The counts of all sessions so far.

    Attributes:
        unsent_blocks: blocks that were dropped because the connection was too slow.
        unusable_events: events of the server with sound or text of which nothing could be used.
        withheld_texts: texts that were not passed on because nobody had spoken.
    """

    def __init__(self) -> None:
        self.unsent_blocks = 0
        self.unusable_events = 0
        self.withheld_texts = 0
        self._fed = Counter[int]()
        self._usage = defaultdict[int, Usage](Usage)

    def take(self, session: FedSession) -> None:
        """Add what a session has counted since it was taken last."""
        self._fed[session.rank] += session.take_fed_blocks()
        self.unsent_blocks += session.take_unsent_blocks()
        self.unusable_events += session.take_unusable_events()
        self.withheld_texts += session.take_withheld_texts()

    def add_usage(self, session: FedSession, usage: Usage) -> None:
        """Add tokens that a session has used."""
        self._usage[session.rank] += usage

    @property
    def fed_blocks(self) -> int:
        """Blocks that were sent to all engines."""
        return self._fed.total()

    @property
    def usage(self) -> Usage:
        """Tokens that all engines used."""
        return sum(self._usage.values(), Usage())

    def uses(self) -> list[EngineUse]:
        """The use of each engine that was used."""
        return [EngineUse(rank, fed, self._usage[rank]) for rank, fed in sorted(self._fed.items())]
