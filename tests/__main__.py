"""`make test` and `make chaos`: tests of Python, in groups that leave one another time.

Two rows of tests run at the same time. In front are the tests that hear a page: first those that
need most of the machine, one after the other, then two at a time the others. Tests that wait for
other programs and for real time follow. Those in the background only compute, or look at pages
without sound. They get what the front leaves of the machine, and nothing while it needs all. What
failed is then run once more, alone: it must pass.

`python -m tests chaos` runs those that break sessions, servers and machines for minutes.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from tests.kinds import WAITING, files_of, waiting_files

PYTEST = (sys.executable, "-m", "pytest")
SOME_FAILED = 1
"""Exit code of pytest."""
IDLE = ("chrt", "--idle", "0")
"""Runs a program in the time that nothing else needs. Chromium cannot raise this priority: it sets
that of its threads by `nice`, which the kernel ignores for a program that is idle."""


@dataclass(frozen=True, slots=True)
class Group:
    """Tests that run together.

    Attributes:
        name: of its output, and of its list of tests that failed.
        markers: which tests, see `tests/kinds.py`.
        files: where they are; empty for all files.
        processes: how many run tests at the same time.
        idle: whether they get only the time that nothing else needs.
    """

    name: str
    markers: str
    files: tuple[str, ...] = ()
    processes: int = 1
    idle: bool = False

    def start(self, output: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
        """Run the tests; what they print goes to the terminal or to a file."""
        words = [*self._pytest(), "--cache-clear", "-m", self.markers, *self.files]
        if self.processes > 1:
            words += ["--processes", str(self.processes)]
        idle = IDLE if self.idle else ()
        return subprocess.Popen([*idle, *words], stdout=output, stderr=output)

    def run_failed_again(self) -> int:
        """Run what failed once more, alone; returns the exit code."""
        words = [*self._pytest(), "--last-failed", "--last-failed-no-failures", "none"]
        return subprocess.run(words, check=False).returncode

    def _pytest(self) -> tuple[str, ...]:
        return (*PYTEST, "--override-ini", f"cache_dir=.pytest_cache/{self.name}")


_WAITING = " or ".join(sorted(WAITING))
_TO_WAIT = tuple(sorted(waiting_files()))
BUSY = Group("busy", "sound and long", tuple(files_of("sound")))
SOUND = Group("sound", "sound and not long", tuple(files_of("sound")), processes=2)
WAITERS = Group("waiting", f"not (sound or chaos) and ({_WAITING})", _TO_WAIT, processes=5)
BACKGROUND = Group("background", f"not (sound or chaos or {_WAITING})", processes=3, idle=True)
CHAOS = Group("chaos", "chaos", ("tests/chaos",), processes=2)


def main(names: Sequence[str]) -> int:
    """Run the groups; returns 0 if each test has passed, alone at the latest.

    Args:
        names: `chaos` for that group, none for the others.
    """
    began = time.monotonic()
    if names:
        codes = {CHAOS: CHAOS.start().wait()}
    else:
        codes = run_groups((BUSY, SOUND, WAITERS), BACKGROUND)
    for group, code in codes.items():
        if code == SOME_FAILED:
            print(f"\n==== {group.name}: what failed, once more and alone", flush=True)
            codes[group] = group.run_failed_again()
    print(f"\nall tests took {minutes_since(began)} minutes", flush=True)
    failed = [group.name for group, code in codes.items() if code]
    if failed:
        print(f"failed: {', '.join(failed)}", flush=True)
    return int(bool(failed))


def run_groups(front: Sequence[Group], background: Group) -> dict[Group, int]:
    """Run the groups of the front one after the other, and one group all the while.

    What the group in the background prints follows at the end.
    """
    codes: dict[Group, int] = {}
    began = time.monotonic()
    with tempfile.TemporaryFile() as output:
        behind = background.start(output)
        try:
            for group in front:
                title(group, f"; in the background: {background.name}")
                codes[group] = group.start().wait()
                print(f"{group.name}: ended after {minutes_since(began)} minutes", flush=True)
            codes[background] = behind.wait()
        finally:
            behind.terminate()
            behind.wait()
        title(background)
        output.seek(0)
        sys.stdout.buffer.write(output.read())
    print(f"{background.name}: ended after {minutes_since(began)} minutes", flush=True)
    return codes


def minutes_since(began: float) -> str:
    """How long ago a time of the monotonic clock is."""
    return f"{(time.monotonic() - began) / 60:.1f}"


def title(group: Group, more: str = "") -> None:
    """Say which tests run."""
    print(f"\n==== {group.name}: {group.markers}{more}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
