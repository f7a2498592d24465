"""Says what the tests need and this machine lacks, before they run."""

import shutil
import sys

PROGRAMS = {
    "redis-server": "redis-server",
    "chromium": "chromium",
    "node": "nodejs npm",
    "docker-compose": "docker-compose",
    "flite": "flite",
    "sox": "sox",
    "nginx": "nginx-light",
    "caddy": "caddy",
}

missing = [package for program, package in PROGRAMS.items() if shutil.which(program) is None]
if missing:
    sys.exit(f"The tests need: apt-get install {' '.join(missing)}")
