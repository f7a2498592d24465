"""The load of a server on this machine, from /proc: its processors, its files, its port's queue."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from broadcaster.loadtest.page.results import CpuSample, waited_s

_PROC = Path("/proc")
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_LISTENS = "0A"
"""The state of a listening socket in /proc/net/tcp."""
_LOCAL, _STATE, _QUEUES, _INODE = 1, 3, 4, 9
"""Columns of /proc/net/tcp."""
_USER_TICKS, _SYSTEM_TICKS = 11, 12
"""Fields of /proc/PID/stat after the name of the process."""


@dataclass(slots=True)
class ServerLoad:
    """The load of a server while it was watched.

    Attributes:
        processes: how many listen on the port; 0 when they are not on this machine, or belong to
            another user.
        cpu: of all of them together.
        most_waiting: connections that waited to be accepted, at most.
        turned_away: connections for which there was no room in the queue of any port.
        open_files: of the process with the most, at most.
        may_open: its limit.
    """

    processes: int = 0
    cpu: list[CpuSample] = field(default_factory=list)
    most_waiting: int = 0
    turned_away: int = 0
    open_files: int = 0
    may_open: int = 0


class ServerWatch:
    """Watches the processes that listen on a port.

    Args:
        port: TCP port.
        local: whether the server is this machine; otherwise nothing is watched.
    """

    def __init__(self, port: int, *, local: bool) -> None:
        self._port = port
        self._inodes = {inode for _, inode in _listening(port)} if local else set()
        self._processes = list(_processes_with(self._inodes)) if self._inodes else []
        self._turned_away_before = _overflows()
        self.load = ServerLoad(processes=len(self._processes))

    def sample(self) -> None:
        """Note the load at this moment."""
        if not self._processes:
            return
        load = self.load
        with suppress(OSError):
            used_s = sum(_used_s(process) for process in self._processes)
            waiting_s = sum(waited_s(process) for process in self._processes)
            load.cpu.append(CpuSample(time.perf_counter(), used_s, waiting_s))
            waiting = [queued for queued, inode in _listening(self._port) if inode in self._inodes]
            load.most_waiting = max([load.most_waiting, *waiting])
            load.turned_away = _overflows() - self._turned_away_before
            for process in self._processes:
                count = _open_files(process)
                if count > load.open_files:
                    load.open_files, load.may_open = count, _file_limit(process)


def _listening(port: int) -> Iterator[tuple[int, str]]:
    """The listening sockets of a port: how many connections wait there, and the inode.

    The kernel lists them before all others, which can be tens of thousands.
    """
    for name in ("tcp", "tcp6"):
        with suppress(OSError), (_PROC / "net" / name).open() as table:
            next(table)
            for line in table:
                columns = line.split()
                if columns[_STATE] != _LISTENS:
                    break
                if int(columns[_LOCAL].rpartition(":")[2], 16) == port:
                    yield int(columns[_QUEUES].partition(":")[2], 16), columns[_INODE]


def _processes_with(inodes: set[str]) -> Iterator[Path]:
    """The folders in /proc of the processes that have one of these sockets open."""
    wanted = {f"socket:[{inode}]" for inode in inodes}
    for process in _PROC.glob("[0-9]*"):
        with suppress(OSError):  # it belongs to another user, or has ended
            if any(_link(entry) in wanted for entry in (process / "fd").iterdir()):
                yield process


def _link(entry: Path) -> str:
    try:
        return str(entry.readlink())
    except OSError:
        return ""


def _used_s(process: Path) -> float:
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[_USER_TICKS]) + int(fields[_SYSTEM_TICKS])) / _TICKS_PER_S


def _open_files(process: Path) -> int:
    """How many files a process has open: newer kernels say it, older ones only list them."""
    folder = process / "fd"
    return folder.stat().st_size or sum(1 for _ in os.scandir(folder))


def _file_limit(process: Path) -> int:
    for line in (process / "limits").read_text().splitlines():
        if line.startswith("Max open files") and (soft := line.split()[3]).isdigit():
            return int(soft)
    return 0


def _overflows() -> int:
    """Connections that this machine's kernel has turned away because a queue was full."""
    with suppress(OSError, ValueError, StopIteration):
        lines = iter((_PROC / "net" / "netstat").read_text().splitlines())
        names = next(line for line in lines if line.startswith("TcpExt:")).split()
        return int(next(lines).split()[names.index("ListenOverflows")])
    return 0
