"""The newest messages of each topic, kept for those that come later or missed them."""

from collections import deque

from broadcaster.model.ports import Clock, Retained

MAX_RETAINED = 300
"""Messages kept of a topic: a minute of floor in blocks of 200 ms."""
FORGOTTEN_AFTER_S = 120.0
"""A topic to which nothing was added for this long is forgotten."""


class RetainedMessages:
    """The newest `MAX_RETAINED` messages of each topic, in the memory of this process.

    Args:
        clock: time; tells which topics are still in use.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, deque[Retained]] = {}
        self._added_at: dict[str, float] = {}

    @property
    def topics(self) -> list[str]:
        """Topics with messages."""
        return list(self._kept)

    def add(self, topic: str, message: Retained) -> Retained | None:
        """Keep a message, unless one of its position or a later one is kept.

        Returns:
            The message that made room for it.
        """
        now = self._clock.monotonic()
        if topic not in self._kept:
            self._forget_unused(now)
        kept = self._kept.setdefault(topic, deque(maxlen=MAX_RETAINED))
        self._added_at[topic] = now
        if kept and message.position <= kept[-1].position:
            return None
        oldest = kept[0] if len(kept) == MAX_RETAINED else None
        kept.append(message)
        return oldest

    def read(self, topic: str, position: int, limit: int) -> list[Retained]:
        """Up to `limit` messages at `position` or later, oldest first."""
        found = [one for one in self._kept.get(topic, ()) if one.position >= position]
        return found[:limit]

    def forget(self, topic: str) -> None:
        """Drop all messages of a topic."""
        self._kept.pop(topic, None)
        self._added_at.pop(topic, None)

    def _forget_unused(self, now: float) -> None:
        for topic, added_at in list(self._added_at.items()):
            if now - added_at > FORGOTTEN_AFTER_S:
                self.forget(topic)
