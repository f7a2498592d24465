"""`make test`: all tests of Python, in groups that leave one another the time they need.

Tests that hear a page run one after the other. The tests that only compute use what those leave
of the machine, at a low priority. Those that wait for other programs follow. What failed is then
run once more, alone: it must pass.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from typing import IO

from tests.kinds import files_of

PYTEST = (sys.executable, "-m", "pytest")
SOME_FAILED = 1
"""Exit code of pytest."""
LOW_PRIORITY = 15


@dataclass(frozen=True, slots=True)
class Group:
    """Tests that run together.

    Attributes:
        name: of its output, and of its list of tests that failed.
        markers: which tests, see `tests/kinds.py`.
        files: where they are; empty for all files.
        processes: how many run tests at the same time.
        niceness: added to the priority of all its processes.
    """

    name: str
    markers: str
    files: tuple[str, ...] = ()
    processes: int = 1
    niceness: int = 0

    def start(self, output: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
        """Run the tests; what they print goes to the terminal or to a file."""
        words = [*self._pytest(), "--cache-clear", "-m", self.markers, *self.files]
        if self.processes > 1:
            words += ["--numprocesses", str(self.processes)]
            words += ["--dist", "loadfile", "--no-loadscope-reorder"]
        lower = ("nice", "-n", str(self.niceness)) if self.niceness else ()
        return subprocess.Popen([*lower, *words], stdout=output, stderr=output)

    def run_failed_again(self) -> int:
        """Run what failed once more, alone; returns the exit code."""
        words = [*self._pytest(), "--last-failed", "--last-failed-no-failures", "none"]
        return subprocess.run(words, check=False).returncode

    def _pytest(self) -> tuple[str, ...]:
        return (*PYTEST, "--override-ini", f"cache_dir=.pytest_cache/{self.name}")


WAITING = "realtime or browser or redis or programs or node"
"""Kinds of tests with other programs in them. Chromium sets priorities of its own."""
SOUND = Group("sound", "sound", tuple(files_of("sound")))
COMPUTING = Group("computing", f"not (sound or {WAITING})", processes=2, niceness=LOW_PRIORITY)
REALTIME = Group("realtime", f"not sound and ({WAITING})", processes=3)


def main() -> int:
    """Run all groups; returns 0 if each test has passed, alone at the latest."""
    began = time.monotonic()
    codes = {**at_the_same_time(SOUND, COMPUTING)}
    title(REALTIME)
    codes[REALTIME] = REALTIME.start().wait()
    for group, code in codes.items():
        if code == SOME_FAILED:
            print(f"\n==== {group.name}: what failed, once more and alone", flush=True)
            codes[group] = group.run_failed_again()
    print(f"\nall tests took {(time.monotonic() - began) / 60:.1f} minutes", flush=True)
    failed = [group.name for group, code in codes.items() if code]
    if failed:
        print(f"failed: {', '.join(failed)}", flush=True)
    return int(bool(failed))


def at_the_same_time(first: Group, second: Group) -> dict[Group, int]:
    """Run two groups; what the second one prints follows when both have ended."""
    title(first, f"; at the same time: {second.name}")
    with tempfile.TemporaryFile() as output:
        other = second.start(output)
        try:
            codes = {first: first.start().wait(), second: other.wait()}
        finally:
            other.terminate()
            other.wait()
        title(second)
        output.seek(0)
        os.write(sys.stdout.fileno(), output.read())
    return codes


def title(group: Group, more: str = "") -> None:
    """Say which tests run."""
    print(f"\n==== {group.name}: {group.markers}{more}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
