"""Says what the tests need and this machine lacks, before they run."""

import shutil
import sys
from ctypes.util import find_library
from pathlib import Path

PROGRAMS = {
    "redis-server": "redis-server",
    "chromium": "chromium",
    "chromium-headless-shell": "chromium-headless-shell",
    "node": "nodejs npm",
    "docker-compose": "docker-compose",
    "flite": "flite",
    "sox": "sox",
    "nginx": "nginx-light",
    "caddy": "caddy",
    "srt-live-transmit": "srt-tools",
}
FILES = {"/usr/share/pocketsphinx/test/data/librivox": "pocketsphinx-testdata"}

LIBRARIES = {"portaudio": "libportaudio2"}

missing = [package for program, package in PROGRAMS.items() if shutil.which(program) is None]
missing += [package for file, package in FILES.items() if not Path(file).exists()]
missing += [package for library, package in LIBRARIES.items() if find_library(library) is None]
if missing:
    sys.exit(f"The tests need: apt-get install {' '.join(missing)}")
