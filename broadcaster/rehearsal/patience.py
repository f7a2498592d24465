"""Tells a worker process that hangs from one that a busy machine keeps waiting.

Time alone cannot tell: on a busy machine the same work takes many times as long. But a worker that
works uses processor time.
"""

import os
from pathlib import Path

IDLE_S = 15.0
"""A worker that owes an answer and has used no processor time for this long hangs."""
WORKING_S = 15.0
"""So does one that has used this much processor time for one answer."""
LONGEST_S = 300.0
"""No answer is waited for any longer."""

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class Patience:
    """Watches a worker that owes one answer, from its request on.

    Args:
        now_s: seconds of a monotonic clock.
        cpu_s: the processor time that the worker has used so far; None if that is not known, so
            that time alone decides.
    """

    def __init__(self, now_s: float, cpu_s: float | None) -> None:
        self._began_s = self._moved_s = now_s
        self._began_cpu_s = self._last_cpu_s = cpu_s

    def is_over(self, now_s: float, cpu_s: float | None) -> bool:
        """Whether the worker hangs; to be asked now and then, with both values as they are then."""
        if cpu_s != self._last_cpu_s:
            self._last_cpu_s, self._moved_s = cpu_s, now_s
        used_s = (cpu_s or 0.0) - (self._began_cpu_s or 0.0)
        return (
            now_s - self._moved_s >= IDLE_S
            or used_s >= WORKING_S
            or now_s - self._began_s >= LONGEST_S
        )


def cpu_s_of(pid: int) -> float | None:
    """The processor time that a process has used, all its threads; None where nothing tells it."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return None
    return (int(words[11]) + int(words[12])) / _TICKS_PER_S
