"""A sender of a live stream: FFmpeg's encoders and multiplexers, in real time, as a process.

`python -m tests.support.stream_sender TARGET CONTAINER CODEC` sends the sound of `voice` once.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from fractions import Fraction

import av

from broadcaster.system.child_process import child
from tests.webrtc.support import voice

RATE_HZ = 48_000
SENT_S = 60
_PIECE = 960
_COMMAND = [sys.executable, "-m", "tests.support.stream_sender"]


def send(target: str, container: str, codec: str) -> None:
    """Send until the end, or until the receiver has gone."""
    sound = voice(SENT_S).reshape(1, -1)
    with suppress(av.FFmpegError, OSError), av.open(target, "w", format=container) as output:
        output.add_stream(codec, rate=RATE_HZ, layout="mono")
        [stream] = output.streams.audio
        began_s = time.monotonic()
        for start in range(0, sound.shape[1], _PIECE):
            time.sleep(max(0.0, began_s + start / RATE_HZ - time.monotonic()))
            piece = sound[:, start : start + _PIECE]
            frame = av.AudioFrame.from_ndarray(piece, format="s16", layout="mono")
            frame.sample_rate, frame.pts = RATE_HZ, start
            frame.time_base = Fraction(1, RATE_HZ)
            output.mux(stream.encode(frame))


@asynccontextmanager
async def sending(
    target: str, container: str, codec: str = "aac"
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Send as long as the context is open; yields the process that does."""
    command = [*_COMMAND, target, container, codec]
    async with child(command, stops_within_s=0.1, stderr=asyncio.subprocess.DEVNULL) as process:
        yield process


@asynccontextmanager
async def sending_srt(address: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Send MPEG-TS by SRT; yields the process that does."""
    reading, writing = os.pipe()
    command = ["srt-live-transmit", "-quiet", "-chunk:1316", "file://con", address]
    quiet = {"stderr": asyncio.subprocess.DEVNULL, "stops_within_s": 0.1}
    encoder = [*_COMMAND, "pipe:1", "mpegts", "aac"]
    try:
        async with (
            child(command, stdin=reading, stdout=asyncio.subprocess.DEVNULL, **quiet) as process,
            child(encoder, stdout=writing, **quiet),
        ):
            yield process
    finally:
        os.close(reading)
        os.close(writing)


async def keep_sending(kind: str, port: int) -> None:
    """Send by `rtmp` or `srt` again and again until the receiver is there, as encoders do."""
    while True:
        if kind == "rtmp":
            sender = sending(f"rtmp://127.0.0.1:{port}/live/hall", "flv")
        else:
            sender = sending_srt(f"srt://127.0.0.1:{port}")
        async with sender as process:
            await process.wait()


if __name__ == "__main__":
    send(*sys.argv[1:])
