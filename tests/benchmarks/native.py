"""Compiles the C parts of the benchmarks (native/) when they are needed."""

import shutil
import subprocess
from pathlib import Path

SOURCES = Path(__file__).parent / "native"
BUILT = Path(__file__).parents[2] / "build" / "benchmarks"


def program(name: str) -> Path:
    """The compiled program of `native/<name>.c`, recompiled when a source is newer.

    Raises:
        SystemExit: there is no compiler, or OpenSSL's headers are missing.
    """
    BUILT.mkdir(parents=True, exist_ok=True)
    target = BUILT / name
    newest = max(file.stat().st_mtime for file in SOURCES.iterdir())
    if target.exists() and target.stat().st_mtime > newest:
        return target
    compiler = shutil.which("cc")
    if compiler is None:
        raise SystemExit("The benchmarks need a C compiler: apt-get install gcc libc6-dev")
    command = [compiler, "-O2", "-Wall", "-Wextra", "-o", str(target), str(SOURCES / f"{name}.c")]
    if subprocess.run([*command, "-lssl", "-lcrypto"], check=False).returncode:
        raise SystemExit("The benchmarks need OpenSSL's headers: apt-get install libssl-dev")
    return target
