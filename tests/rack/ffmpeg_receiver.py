"""FFmpeg receives a stream: `python -m tests.rack.ffmpeg_receiver SDP SAMPLES`, L24 on stdout.

It is a process of its own, because FFmpeg keeps other threads from running while it opens.
"""

import asyncio
import sys
from pathlib import Path

import av
import numpy as np

from tests.support.deadline import deadline

L24_BYTES = 3


def receive(description: str, samples: int) -> bytes:
    """The first samples of a stream, as they were in its packets."""
    options = {"protocol_whitelist": "file,udp,rtp", "localaddr": "127.0.0.1"}
    found = bytearray()
    with av.open(description, options=options) as container:
        for frame in container.decode(audio=0):
            whole = np.asarray(frame.to_ndarray()).reshape(-1).astype(">i4")
            found += whole.view(np.uint8).reshape(-1, 4)[:, :L24_BYTES].tobytes()
            if len(found) >= samples * L24_BYTES:
                break
    return bytes(found)


async def received(description: Path, samples: int) -> bytes:
    """The same, by another process."""
    command = [sys.executable, "-m", "tests.rack.ffmpeg_receiver", str(description), str(samples)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        async with deadline():
            sound, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return sound


if __name__ == "__main__":
    sys.stdout.buffer.write(receive(sys.argv[1], int(sys.argv[2])))
