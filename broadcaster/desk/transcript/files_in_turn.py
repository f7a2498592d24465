"""Makes the files of an event that take seconds: one at a time, in a thread, and few that wait."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NoReturn, TypeVar

from aiohttp import web

from broadcaster.desk.answers import NO_STORE
from broadcaster.web.errors import Refused

DEADLINE_S = 60.0
MOST_WAITING = 4
"""Files that are made or wait for that; more are refused."""
Read = TypeVar("Read")


class FilesInTurn:
    """The files of one kind.

    Args:
        kind: their name in the plural, for people.
    """

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._waiting = 0
        self._making = asyncio.Lock()

    async def make(
        self, read: Callable[[], Awaitable[Read]], make: Callable[[Read], bytes]
    ) -> bytes:
        """Read something from the bus and make a file of it.

        Args:
            read: called when it is the turn of this file.
            make: called in a thread.

        Raises:
            Refused: 503 `busy`.
            BusUnavailable: the broker does not answer.
        """
        if self._waiting >= MOST_WAITING:
            self._refuse()
        self._waiting += 1
        try:
            async with asyncio.timeout(DEADLINE_S), self._making:
                return await asyncio.to_thread(make, await read())
        except TimeoutError:
            self._refuse()
        finally:
            self._waiting -= 1

    def _refuse(self) -> NoReturn:
        raise Refused(
            503,
            "busy",
            f"other {self._kind} are being made at this moment",
            hint="Try again in a few seconds.",
            headers={"Retry-After": "5"},
        )


def download(body: bytes, name: str, content_type: str) -> web.Response:
    """A file that the browser keeps under a name."""
    headers = {**NO_STORE, "Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=body, content_type=content_type, headers=headers)
