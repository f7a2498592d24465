"""A document of the provider that is read once for many sign-ins."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from broadcaster.model.ports import Clock
from broadcaster.oidc.client import SignInFailed

KEPT_S = 3600.0
"""How long a document is taken for the current one."""
REREAD_S = 30.0
"""Between two times that it is read for the sake of one sign-in."""
FAILED_S = 3.0
"""How long a failure is told to everybody without asking again."""

Document = TypeVar("Document")


class Remembered(Generic[Document]):
    """Reads a document when it is needed, one reader at a time.

    Args:
        read: reads it, within a deadline.
        clock: the time.
    """

    def __init__(self, read: Callable[[], Awaitable[Document]], clock: Clock) -> None:
        self._read = read
        self._clock = clock
        self._lock = asyncio.Lock()
        self._value: tuple[Document, float] | None = None
        self._failure: tuple[SignInFailed, float] | None = None
        self._reread_at: float | None = None

    async def get(self) -> Document:
        """The document, not older than `KEPT_S`.

        Raises:
            SignInFailed: `provider_unavailable`.
        """
        async with self._lock:
            now = self._clock.monotonic()
            if self._value is not None and now - self._value[1] < KEPT_S:
                return self._value[0]
            return await self._read_now()

    async def get_newer(self) -> Document:
        """The document, read again unless that was done within `REREAD_S`.

        Raises:
            SignInFailed: `provider_unavailable`.
        """
        async with self._lock:
            now = self._clock.monotonic()
            is_due = self._reread_at is None or now - self._reread_at >= REREAD_S
            if self._value is not None and not is_due:
                return self._value[0]
            self._reread_at = now
            return await self._read_now()

    async def _read_now(self) -> Document:
        now = self._clock.monotonic()
        if self._failure is not None and now - self._failure[1] < FAILED_S:
            raise self._failure[0].with_traceback(None)
        try:
            value = await self._read()
        except SignInFailed as failed:
            self._failure = (failed, self._clock.monotonic())
            raise
        self._failure = None
        self._value = (value, self._clock.monotonic())
        return value
