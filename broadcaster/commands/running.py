"""Runs a command: its event loop, the signals that end it, its errors as sentences."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import click
import uvloop
from rich.console import Console

from broadcaster import os_errors
from broadcaster.errors import BroadcasterError

out = Console(highlight=False)
"""Prints what people read of a command."""
INSIST_S = 0.5
"""After a second signal nothing that is waited for may take longer than this."""


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run to the end on uvloop; an expected error is a sentence and exit code 1."""
    with explained(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)


@contextmanager
def explained() -> Iterator[None]:
    """An expected error is a sentence and exit code 1."""
    try:
        yield
    except* (BroadcasterError, OSError, ValueError) as group:
        for error in _leaves(group):
            if isinstance(error, BroadcasterError):
                text = error.advice()
            else:
                text = os_errors.explain(error) if isinstance(error, OSError) else str(error)
            click.echo(f"Error: {text}", err=True)
        sys.exit(1)
    except* (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(130)


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


class StopSignal:
    """Set once by a signal, or by `set`.

    Attributes:
        number: of the last signal that came; None without one.
    """

    def __init__(self) -> None:
        self.number: int | None = None
        self._stopped = asyncio.Event()

    def is_set(self) -> bool:
        """Whether the command is to stop."""
        return self._stopped.is_set()

    def set(self) -> None:
        """Stop the command."""
        self._stopped.set()

    async def wait(self) -> None:
        """Return when the command is to stop."""
        await self._stopped.wait()


@asynccontextmanager
async def stop_signals() -> AsyncIterator[StopSignal]:
    """Let the first Ctrl-C, SIGTERM or SIGHUP stop a command; a second one ends it at once.

    It cancels the main task, and again whenever that waits for `INSIST_S` on its way out.

    SIGHUP comes when the terminal is closed. It stays ignored where it was, as by nohup(1).
    """
    loop = asyncio.get_running_loop()
    stop = StopSignal()
    main = asyncio.current_task()
    assert main is not None

    insisting: list[asyncio.TimerHandle] = []

    def insist() -> None:
        main.cancel()
        insisting[:] = [loop.call_later(INSIST_S, insist)]

    def signalled(number: int) -> None:
        if stop.is_set() and not insisting:
            insist()
        stop.number = number
        stop.set()

    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, signalled, int(number))
    try:
        yield stop
    finally:
        for timer in insisting:
            timer.cancel()
        for number in numbers:
            loop.remove_signal_handler(number)
