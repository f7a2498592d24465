"""Limits of the operating system: open files, and connections that wait to be accepted."""

import resource
from pathlib import Path

MANY_LISTENERS = 4_000
"""An edge serves more listeners than this on one core; a lower limit is worth a warning."""
OTHER_FILES = 200
"""Open files besides the listeners' connections."""

_SOMAXCONN = Path("/proc/sys/net/core/somaxconn")

HOW_TO_RAISE = (
    "Raise the limit where the process is started: LimitNOFILE= in its systemd unit, "
    "ulimits: nofile in compose.yaml, or ulimit -n in the shell."
)


def raise_open_files() -> int:
    """Raise the soft limit of open files (RLIMIT_NOFILE) to the hard one.

    Returns:
        How many this process may have open now, sockets included.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def connections() -> int:
    """Return how many connections the current limit of open files allows."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(1, soft - OTHER_FILES)


def somaxconn() -> int | None:
    """The most connections that can wait on one port; None if the kernel does not say."""
    try:
        return int(_SOMAXCONN.read_text())
    except OSError:
        return None
