"""Runs commands that work on the data folder."""

import subprocess
import sys
from pathlib import Path

from tests.support.deadline import DEADLINE_S


def run(data: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {f"BROADCASTER_{name}": value for name, value in environment.items()}
    return subprocess.run(
        [sys.executable, "-m", "broadcaster", *words],
        env={
            "PATH": "/usr/bin:/bin",
            "BROADCASTER_DATA_DIR": str(data),
            "BROADCASTER_PORT": "0",
            **given,
        },
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
