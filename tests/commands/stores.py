"""Runs commands that work on the data folder."""

import subprocess
import sys
from pathlib import Path

from tests.support.processes import ran


def run(data: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {f"BROADCASTER_{name}": value for name, value in environment.items()}
    usual = {
        "PATH": "/usr/bin:/bin",
        "BROADCASTER_DATA_DIR": str(data),
        "BROADCASTER_PORT": "0",
    }
    return ran([sys.executable, "-m", "broadcaster", *words], {**usual, **given})
