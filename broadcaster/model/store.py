"""The state of the store: whether what is given to the bus is kept."""

from dataclasses import dataclass

LOW_SPACE_BYTES = 500_000_000
"""With less free space than this the organizer is warned: hours of captions fit, not days."""


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """The findings of the probes and writes of one process.

    Attributes:
        ready: a write and a read went through lately, and nothing has failed since.
        message: what is wrong, a sentence; empty while it is ready.
        hint: what to do about it, a sentence; empty while it is ready.
        errors: attempts to write or read that failed since the process started.
        waiting: writes that the store has not taken yet; they are kept in memory.
        lost: writes that were given up, because too many were waiting.
        free_bytes: free space on the disk of the store; None if it is not on this machine.
    """

    ready: bool
    message: str = ""
    hint: str = ""
    errors: int = 0
    waiting: int = 0
    lost: int = 0
    free_bytes: int | None = None

    @property
    def low_space(self) -> bool:
        """Whether the disk is nearly full."""
        return self.free_bytes is not None and self.free_bytes < LOW_SPACE_BYTES
