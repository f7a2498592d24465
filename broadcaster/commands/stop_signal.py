"""The signal that ends a command, kept for its exit code."""

import asyncio
import signal

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopSignal:
    """The first Ctrl-C, SIGTERM or SIGHUP ends the command in order, the second at once."""

    def __init__(self) -> None:
        self.number: int | None = None
        self._came = asyncio.Event()
        self._main = asyncio.current_task()
        self._loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            self._loop.add_signal_handler(number, self._signalled, number)

    async def wait(self) -> None:
        """Return when a signal has come."""
        await self._came.wait()

    def forget(self) -> None:
        """Leave signals to Python again."""
        for number in _SIGNALS:
            self._loop.remove_signal_handler(number)

    def _signalled(self, number: int) -> None:
        if self.number is not None and self._main is not None:
            self._main.cancel()
        self.number = int(number)
        self._came.set()
