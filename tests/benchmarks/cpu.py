"""The cost of a process: CPU time and memory, read from /proc; and the core it runs on."""

import os
import platform
import resource
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from tests.support.processes import descendants

SERVER_CORE, CLIENT_CORE = 0, 1
"""The server under test has a core of its own; clients, sources and Redis share the other."""


def pin(core: int) -> None:
    """Keep this process, and children it starts from now on, on one core."""
    os.sched_setaffinity(0, {core % (os.cpu_count() or 1)})


def raise_fd_limit() -> int:
    """Allow this process and its children as many sockets as it may; returns the limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def family(pid: int) -> list[int]:
    """A process and all its descendants."""
    return [pid, *descendants(pid)]


def cpu_ns(pids: Iterable[int]) -> int:
    """Time on a core of all threads of these processes: user, system, and the soft interrupts
    that ran on their account (loopback delivers within the sender's call)."""
    return sum(ran for ran, _ in _scheduled(pids))


def family_cpu_s(pid: int) -> float:
    """Processor time of a process and its descendants, those that have ended among them.

    Whoever waited for a process that ended has its time in a sum (proc(5), `cutime`, `cstime`). A
    process that ends during the look may be missing until the next one.
    """
    ticks = 0
    for one in family(pid):
        with suppress(FileNotFoundError, ProcessLookupError):
            words = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, words[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def waited_ns(pids: Iterable[int]) -> int:
    """Time these processes could have run and waited for a core: others were on it."""
    return sum(waited for _, waited in _scheduled(pids))


def _scheduled(pids: Iterable[int]) -> Iterator[tuple[int, int]]:
    for pid in pids:
        for file in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            ran, waited, _ = file.read_text().split()
            yield int(ran), int(waited)


def rss_bytes(pids: Iterable[int]) -> int:
    """Resident memory of these processes."""
    page = resource.getpagesize()
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * page for pid in pids)


def slab_bytes() -> int:
    """The kernel's own objects, sockets among them, of the whole machine."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("Slab:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("/proc/meminfo has no Slab line")


def machine() -> str:
    """One line about where a figure comes from."""
    cpus = Path("/proc/cpuinfo").read_text().splitlines()
    name = next((line.split(":")[1].strip() for line in cpus if "model name" in line), "CPU")
    system = f"Linux {platform.release().split('-')[0]}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores {name}, {system}, loopback"
