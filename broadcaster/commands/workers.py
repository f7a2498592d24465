"""`broadcaster serve --role edge --workers N`: several edge processes on one port.

The kernel spreads new connections over all processes that listen on the port with SO_REUSEPORT
(socket(7)). The parent serves nobody: it reserves the port and restarts workers that end. A worker
ends with its parent.
"""

import asyncio
import logging
import os
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress

from rich.console import Console

from broadcaster import __version__
from broadcaster import log as logs
from broadcaster.commands.running import StopSignal, stop_signals
from broadcaster.commands.serve import (
    announce,
    organizers_token,
    say_goodbye,
    warn_of_few_files,
)
from broadcaster.config import Role, Settings
from broadcaster.errors import BroadcasterError
from broadcaster.from_settings import goodbye_s, tls_context
from broadcaster.model.clock import SystemClock
from broadcaster.model.ports import Clock
from broadcaster.os_errors import PORT, blaming
from broadcaster.serving import running
from broadcaster.sockets.listening import BoundAddress, bound
from broadcaster.system import garbage, open_files
from broadcaster.system.backoff import Backoff
from broadcaster.system.child_process import child
from broadcaster.system.tasks import first_of

log = logging.getLogger("broadcaster.commands.workers")

READY = b"ready\n"
"""The line that a worker writes to stdout once it serves."""
START_S = 60.0
STEADY_S = 60.0
"""A worker that ran for this long starts again after the shortest pause."""
AFTER_GOODBYE_S = 10.0
"""For what a worker does after its last listener was told."""
EDGE = frozenset({Role.EDGE})
_ADDRESS = ("host", "port", "public_url", "tls", "tls_cert", "tls_key")
"""Settings that options of the command line can change."""
_OWN_PORTS = ("metrics_port", "webrtc_port")
"""Ports that processes cannot share: worker 1 has the one set, worker 2 the next, and so on."""


async def serve_with_workers(settings: Settings, out: Console) -> None:
    """Keep `settings.workers` edge processes until a signal comes.

    Raises:
        BroadcasterError: a worker does not start, or this system has no SO_REUSEPORT.
        SettingUnusable: the address is in use.
    """
    out.print(f"Conference broadcaster {__version__}")
    allowed = open_files.raise_open_files()
    tls_context(settings)  # makes the certificate before the workers need it
    async with AsyncExitStack() as stack:
        with blaming(PORT, f"{settings.host}, port {settings.port}"):
            addresses = stack.enter_context(_reserved(settings.host, settings.port))
        settings = settings.model_copy(update={"port": addresses[0].port})
        clock = SystemClock()
        workers = [_Worker(number, settings, clock) for number in range(1, settings.workers + 1)]
        async with stop_signals() as stop:
            keeping = (worker.keep() for worker in workers)
            serving = _announce(settings, addresses, workers, allowed, out)
            await first_of(_until(stop, out), serving, *keeping, name="workers")


async def _until(stop: StopSignal, out: Console) -> None:
    await stop.wait()
    say_goodbye("Stopping: listeners move over (Ctrl-C again to stop now)…", out)


async def work(settings: Settings, number: int) -> None:
    """Run as worker `number`: serve until a signal comes or the parent has ended."""
    async with stop_signals() as stop:
        with logs.bound(worker=str(number)):
            context = tls_context(settings)
            token, _ = organizers_token(settings)  # shows `/metrics` of events
            async with running(settings, EDGE, token, context, reuse_port=True):
                garbage.collect_seldom()
                loop = asyncio.get_running_loop()
                loop.add_reader(sys.stdin.fileno(), stop.set)  # readable at its end
                os.write(sys.stdout.fileno(), READY)
                await stop.wait()
                loop.remove_reader(sys.stdin.fileno())


async def _announce(
    settings: Settings,
    addresses: Sequence[BoundAddress],
    workers: list["_Worker"],
    allowed_files: int,
    out: Console,
) -> None:
    """Print once that all workers serve; runs until cancelled."""
    with out.status("starting…"):
        for worker in workers:
            await worker.ready.wait()
    announce(settings, EDGE, addresses, None, out, is_new=False)
    warn_of_few_files(EDGE, allowed_files, out)
    await asyncio.get_running_loop().create_future()


class _Worker:
    """One worker, started again whenever it ends."""

    def __init__(self, number: int, settings: Settings, clock: Clock) -> None:
        self._number = number
        self._clock = clock
        self._environment = os.environ | _variables(settings, number)
        self._stops_within_s = goodbye_s(settings) + AFTER_GOODBYE_S
        self.ready = asyncio.Event()
        """Set when it has served for the first time."""

    async def keep(self) -> None:
        """Run it until cancelled.

        Raises:
            BroadcasterError: it ended before it served for the first time.
        """
        backoff = Backoff(first_s=0.5, longest_s=30.0, sleep=self._clock.sleep)
        while True:
            started_s = self._clock.monotonic()
            code = await self._run()
            log.error("worker %d ended with code %d and starts again", self._number, code)
            if self._clock.monotonic() - started_s > STEADY_S:
                backoff.reset()
            await backoff.wait()

    async def _run(self) -> int:
        command = (sys.executable, "-m", "broadcaster", "serve", "--worker", str(self._number))
        pipe = asyncio.subprocess.PIPE
        async with child(
            command,
            stops_within_s=self._stops_within_s,
            stdin=pipe,
            stdout=pipe,
            env=self._environment,
        ) as process:
            assert process.stdout is not None
            line = b""
            with suppress(TimeoutError):
                async with asyncio.timeout(START_S):
                    line = await process.stdout.readline()
            if line == READY:
                self.ready.set()
            elif self.ready.is_set():
                process.kill()
            else:
                raise BroadcasterError(
                    f"worker {self._number} did not start", hint="The lines above say why."
                )
            return await process.wait()


@contextmanager
def _reserved(host: str, port: int) -> Iterator[list[BoundAddress]]:
    """Reserve the port, without listening on it, so that no other program takes it.

    Raises:
        BroadcasterError: there is no SO_REUSEPORT here.
        OSError: it is in use.
    """
    if not hasattr(socket, "SO_REUSEPORT"):
        raise BroadcasterError(
            "this system cannot share a port between processes (SO_REUSEPORT)",
            hint="Run without --workers, or run edges on several ports behind a proxy.",
        )
    with bound(host, port) as alone:  # fails if another program shares the port already
        port = BoundAddress.of(alone[0]).port
    with bound(host, port, (socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)) as holders:
        yield [BoundAddress.of(holder) for holder in holders]


def _variables(settings: Settings, number: int) -> Mapping[str, str]:
    values = {name: getattr(settings, name) for name in _ADDRESS}
    for name in _OWN_PORTS:
        if port := getattr(settings, name):
            values[name] = port + number - 1
    return {f"BROADCASTER_{name.upper()}": str(value or "") for name, value in values.items()}
