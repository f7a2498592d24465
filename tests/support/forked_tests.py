"""Runs tests in copies of the process that has collected them: `pytest --processes 3`.

Collecting takes as long as hundreds of tests, so it is done once. Each copy takes a file of tests
when it has nothing else to do, and sends its reports to the process that has collected. A copy that
crashes fails the test that it was running; another copy takes the rest of its file.
"""

import os
import signal
import sys
import traceback
import warnings
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from itertools import chain, pairwise
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from typing import Any

import pytest

OPTION = "processes"


def add_option(parser: pytest.Parser) -> None:
    """The command line's `--processes`."""
    text = "run the tests in so many copies of the process that has collected them"
    parser.addoption(f"--{OPTION}", type=int, default=1, metavar="N", help=text)


def fork_if_asked(config: pytest.Config) -> None:
    """Run the tests in copies if the command line says so."""
    if config.getoption(OPTION) > 1:
        config.pluginmanager.register(ForkedTests(config.getoption(OPTION)))


@dataclass(eq=False, slots=True)
class _Copy:
    """A process that runs tests.

    Attributes:
        pid: of the process.
        connection: to the process.
        left: the numbers of the tests that it has and that have not ended.
    """

    pid: int
    connection: Connection
    left: deque[int] = field(default_factory=deque)


class ForkedTests:
    """The loop over the tests.

    Args:
        processes: most copies at a time.
    """

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._files: deque[list[int]] = deque()
        self._running: dict[Connection, _Copy] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """See pytest. Where nothing is to be run, pytest's own loop says so."""
        if session.testsfailed or session.config.option.collectonly:
            return None
        files: dict[Path, list[int]] = {}
        for number, item in enumerate(session.items):
            files.setdefault(item.path, []).append(number)
        self._files.extend(files.values())
        try:
            for _ in range(min(self._processes, len(files))):
                self._fork(session)
            while self._running:
                for connection in wait(list(self._running)):
                    assert isinstance(connection, Connection)
                    self._listen(session, self._running[connection])
        finally:
            for copy in self._running.values():
                os.kill(copy.pid, signal.SIGINT)
                os.waitpid(copy.pid, 0)
        return True

    def _fork(self, session: pytest.Session) -> None:
        folder = session.config._tmp_path_factory.mktemp("copy")  # type: ignore[attr-defined]
        ours, theirs = Pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        with warnings.catch_warnings():
            # Python 3.12 warns of threads. Those of the numerical libraries end before a fork.
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        if pid:
            theirs.close()
            self._running[ours] = _Copy(pid, ours)
            return
        for other in (ours, *self._running):
            other.close()
        _run_and_exit(session, theirs, folder)

    def _listen(self, session: pytest.Session, copy: _Copy) -> None:
        hook = session.config.hook
        try:
            message = copy.connection.recv()
        except EOFError:
            self._end(session, copy)
            return
        match message:
            case "next":
                numbers = self._files.popleft() if self._files else []
                copy.left.extend(numbers)
                copy.connection.send(numbers)
            case "ended":
                item = session.items[copy.left.popleft()]
                hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
            case data:
                report = hook.pytest_report_from_serializable(config=session.config, data=data)
                hook.pytest_runtest_logreport(report=report)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)

    def _end(self, session: pytest.Session, copy: _Copy) -> None:
        del self._running[copy.connection]
        code = os.waitstatus_to_exitcode(os.waitpid(copy.pid, 0)[1])
        if copy.left:
            item = session.items[copy.left.popleft()]
            session.config.hook.pytest_runtest_logreport(report=_crash(item, code))
            if copy.left:
                self._files.appendleft([*copy.left])
            if self._files:
                self._fork(session)
        elif code:
            raise session.Failed(f"a process of the tests ended with {code} after its last test")


def _crash(item: pytest.Item, code: int) -> pytest.TestReport:
    return pytest.TestReport(
        nodeid=item.nodeid,
        location=item.location,
        keywords={},
        outcome="failed",
        longrepr=f"its process ended with {code}",
        when="call",
    )


def _run_and_exit(session: pytest.Session, connection: Connection, folder: Path) -> None:
    """Run the tests that a copy is given, and end its process; it never returns."""
    code = 1
    try:
        _become_a_copy(session.config, connection, folder)
        for item, following in pairwise(chain(_given(session, connection), (None,))):
            assert item is not None
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            connection.send("ended")
        code = 0
    except (KeyboardInterrupt, BrokenPipeError):
        session._setupstate.teardown_exact(None)
    except BaseException:  # noqa: BLE001 - nothing else would show it
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _become_a_copy(config: pytest.Config, connection: Connection, folder: Path) -> None:
    """Part from the process that has collected: its terminal, its files and its folder."""
    find: Any = config.pluginmanager.getplugin
    find("terminalreporter")._tw._file = StringIO()
    capture = find("capturemanager")
    capture.stop_global_capturing()
    capture.start_global_capturing()
    capture.suspend_global_capture()
    factory = config._tmp_path_factory  # type: ignore[attr-defined]
    factory._basetemp = folder
    factory._next_number.clear()
    config.pluginmanager.register(_Reports(config, connection))


def _given(session: pytest.Session, connection: Connection) -> Iterator[pytest.Item]:
    while True:
        connection.send("next")
        numbers: list[int] = connection.recv()
        if not numbers:
            return
        for number in numbers:
            yield session.items[number]


class _Reports:
    """Sends the reports of a copy."""

    def __init__(self, config: pytest.Config, connection: Connection) -> None:
        self._config, self._connection = config, connection

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """See pytest."""
        data = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        self._connection.send(data)
