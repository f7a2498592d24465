"""The crowd and the steady listeners, each in processes of their own.

The work of the crowd must not delay what is measured at the steady listeners. A crowd of phones
can be more work than one core can do. So it is spread over all cores but one, which the server may
need.
"""

import gc
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection as Link
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess

from broadcaster.errors import BroadcasterError
from broadcaster.loadtest.crowd import Crowd
from broadcaster.loadtest.page.crowd import PhoneCrowd
from broadcaster.loadtest.page.results import CpuSample, CrowdResults, own_cpu
from broadcaster.loadtest.page.scripts import LaterFiles
from broadcaster.loadtest.plan import LoadPlan, LoadProgress
from broadcaster.loadtest.results import FrameLog, LoadResults
from broadcaster.loadtest.target import LoadTarget, client_context
from broadcaster.loadtest.transports.connection import LoadConnection
from broadcaster.loadtest.transports.websocket import WebSocketLoadListener
from broadcaster.system import open_files

START_S = 60.0
"""A process that has not started by then is given up."""
END_S = 30.0
"""The same for one that has been told to end."""


@dataclass(frozen=True, slots=True)
class PhoneShare:
    """The phones of one process.

    Attributes:
        target: the server, without its TLS context, which cannot be sent to another process.
        later: what the page loads later.
        plan: how many phones, how fast, how long they listen.
        first: number of the first of them.
    """

    target: LoadTarget
    later: LaterFiles
    plan: LoadPlan
    first: int

    def run(self, report_progress: Callable[[LoadProgress], bool]) -> "ShareResults":
        """Let the phones come, read, listen and leave."""
        results, cpu = CrowdResults(), list[CpuSample]()
        crowd = PhoneCrowd(_with_tls(self.target), self.later, self.plan, results, self.first)

        def note(now: LoadProgress) -> bool:
            cpu.append(own_cpu())
            return report_progress(now)

        phase = crowd.run(note)
        return ShareResults(results, cpu, phase.longest_absence_s)


@dataclass(frozen=True, slots=True)
class SteadyListeners:
    """Listeners that are there before the crowd, and until its end.

    Attributes:
        target: see `PhoneShare`.
        plan: how many, how fast.
    """

    target: LoadTarget
    plan: LoadPlan

    def run(self, report_progress: Callable[[LoadProgress], bool]) -> "ShareResults":
        """Listen until stopped."""
        target = _with_tls(self.target)
        logs = {channel: FrameLog() for channel in target.channels}
        results, cpu = LoadResults(frames=logs), list[CpuSample]()

        def connection(number: int, now_s: float) -> LoadConnection:
            channel = target.channel(number)
            listener = WebSocketLoadListener(target, channel, logs[channel], now_s)
            return LoadConnection(target, listener)

        def note(now: LoadProgress) -> bool:
            cpu.append(own_cpu())
            return report_progress(now)

        phase = Crowd(self.plan, results, connection).run(note)
        results.frames = {}
        return ShareResults(CrowdResults(sound=results), cpu, phase.longest_absence_s)


@dataclass(frozen=True, slots=True)
class ShareResults:
    """The results of one process.

    Attributes:
        crowd: what its phones or listeners met.
        cpu: processor time of the process.
        longest_absence_s: longest time in which it did not look at its sockets.
    """

    crowd: CrowdResults
    cpu: list[CpuSample]
    longest_absence_s: float


class ShareProcess:
    """Runs one share in a process of its own.

    Args:
        share: of the test.
        name: of the process.
    """

    def __init__(self, share: PhoneShare | SteadyListeners, name: str) -> None:
        context = multiprocessing.get_context("spawn")
        self.progress = LoadProgress()
        self.results: ShareResults | None = None
        self.link, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(
            target=_run_share, args=(share, theirs), name=name, daemon=True
        )
        self._process.start()
        theirs.close()
        self._name = name

    def await_start(self) -> None:
        """Wait until it could begin.

        Raises:
            BroadcasterError: it did not start.
        """
        if not self.link.poll(START_S):
            raise _ended(self._name)
        self.receive()

    def begin(self, at_s: float) -> None:
        """Let it begin at a moment of `time.perf_counter`."""
        self.link.send(at_s)

    def stop(self) -> None:
        """Ask it to end its test; the results come soon."""
        if self.results is None:
            with suppress(BrokenPipeError):  # it has ended by itself, and its results are here
                self.link.send(None)

    def receive(self) -> None:
        """Take a message that waits.

        Raises:
            BroadcasterError: the process has ended.
        """
        try:
            message = self.link.recv()
        except (EOFError, OSError):
            raise _ended(self._name) from None
        match message:
            case LoadProgress():
                self.progress = message
            case ShareResults():
                self.results = message

    def close(self) -> None:
        """End the process, whatever it does."""
        self.link.close()
        self._process.join(END_S if self.results is not None else 0.0)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


def receive_all(processes: Sequence[ShareProcess], timeout_s: float) -> None:
    """Take what processes have to say, and wait for that for a while.

    Raises:
        BroadcasterError: a process has ended without its results.
    """
    running = {one.link: one for one in processes if one.results is None}
    for link in wait(list(running), timeout_s):
        assert isinstance(link, Link)
        running[link].receive()


def phone_processes() -> int:
    """How many processes share the phones: a core is left to the server."""
    return max(1, len(os.sched_getaffinity(0)) - 1)


def _run_share(share: PhoneShare | SteadyListeners, link: Link) -> None:
    """The main function of such a process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the first process
    open_files.raise_open_files()
    gc.disable()  # a collection would be a pause

    def report_progress(now: LoadProgress) -> bool:
        link.send(now)
        if not link.poll():
            return True
        link.recv()
        return False

    try:
        link.send(LoadProgress())
        begin_s = link.recv()
        if begin_s is None:
            return
        time.sleep(max(0.0, begin_s - time.perf_counter()))
        link.send(share.run(report_progress))
    except (EOFError, BrokenPipeError):  # the first process has ended
        return


def without_tls(target: LoadTarget) -> LoadTarget:
    """A target that can be sent to another process."""
    return replace(target, tls=None)


def _with_tls(target: LoadTarget) -> LoadTarget:
    if target.url.scheme != "https":
        return target
    return replace(target, tls=client_context(target.ca, local=target.local))


def _ended(name: str) -> BroadcasterError:
    return BroadcasterError(
        f"the process of the {name} has ended", hint="The lines above may say why. Try fewer."
    )
