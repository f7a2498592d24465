"""The commands of docs/av.md: `python -m tests.rack.documented` runs each of them.

It needs `apt-get install ffmpeg gstreamer1.0-tools gstreamer1.0-plugins-good icecast2
libasound2-plugins libportaudio2 pulseaudio pulseaudio-utils srt-tools`. A command runs with other
hosts and files, together with the other programs of its block or with those of
`tests/rack/documented/trials.py`. Into a server a recording is sent, and a listener's sound is
compared with it. Out of a server a channel sounds a tone, which must come to the other side. Words
choose the trials whose commands have one of them.
"""

import asyncio
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.docs.documents import ROOT
from tests.rack.documented.ending import ending
from tests.rack.documented.into import into
from tests.rack.documented.out_of import out_of
from tests.rack.documented.places import furnish
from tests.rack.documented.trials import Trial, trials


async def result(trial: Trial) -> tuple[bool, str]:
    """Run a trial in a folder of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        furnish(
            folder, "" if any("-sdp_file" in line for line in trial.lines) else trial.description
        )
        if trial.ending is not None:
            return await ending(trial, folder, *trial.ending)
        return await (into if trial.publishes else out_of)(trial, folder)


async def main(words: list[str]) -> int:
    """Print each trial and its result; the exit code is 1 if one does not work."""
    load = os.getloadavg()[0]
    print(f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, load average {load:.0f}")
    failed = number = 0
    for trial in trials((ROOT / "docs" / "av.md").read_text()):
        lines = "\n".join(trial.lines)
        if words and not any(word in lines for word in words):
            continue
        works, told = await result(trial)
        failed += not works
        number += 1
        print(lines, f"  {'works' if works else 'FAILS'}: {told}", sep="\n", flush=True)
    print(f"{number - failed} of {number} work")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
