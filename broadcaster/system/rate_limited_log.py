"""A log line for something that happens too often to be logged each time."""

import logging
from collections.abc import Callable


class RateLimitedLog:
    """Adds up occurrences and logs the sums, at most once in an interval.

    Args:
        logger: where to log, as a warning.
        message: a `logging` format with two numbers: sources, then occurrences.
        monotonic: the time in seconds.
        interval_s: the shortest time between two lines.
    """

    def __init__(
        self,
        logger: logging.Logger,
        message: str,
        monotonic: Callable[[], float],
        interval_s: float = 1.0,
    ) -> None:
        self._logger = logger
        self._message = message
        self._monotonic = monotonic
        self._interval_s = interval_s
        self._next_at_s = monotonic()
        self._sources: set[int] = set()
        self._occurrences = 0

    def add(self, source: object) -> None:
        """Count one occurrence, and log if the last line is long enough ago.

        Args:
            source: what it happened to; the line says how many different ones there were.
        """
        self._sources.add(id(source))
        self._occurrences += 1
        self.flush()

    def flush(self) -> None:
        """Log what was counted since the last line, if that line is long enough ago.

        Call it now and then: `add` alone would keep the last occurrences back.
        """
        now_s = self._monotonic()
        if not self._occurrences or now_s < self._next_at_s:
            return
        self._logger.warning(self._message, len(self._sources), self._occurrences)
        self._next_at_s = now_s + self._interval_s
        self._sources.clear()
        self._occurrences = 0
