"""Measure what a human interpreter hears and how they are heard: delay, and which frequencies come.

    python -m tests.benchmarks.bench_interpreter_sound

A server with everything in one process, and WebRTC clients of this process. The delay is from the
first sample at the speaker's microphone to the moment at which it can leave a headset that waits
for nothing; a browser's jitter buffer comes on top. Bursts of sound are compared at both ends. The
sweep compares the level of tones, from the floor to a headset, and from an interpreter's microphone
to a listener.
"""

import argparse
import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection
from aiortc.rtp import RtpPacket

from broadcaster.audio.opus import OpusDecoder
from broadcaster.audio.pcm import Samples, to_pcm, to_samples
from broadcaster.model.audio import CLOCK_HZ, PCM_FRAME_SAMPLES
from broadcaster.webrtc.clients.frames import FRAME_S, PacedFrames
from broadcaster.webrtc.clients.http_session import negotiated
from broadcaster.webrtc.clients.publisher import publishing
from tests.support.processes import TOKEN, broadcaster, rehearsal_server

BURST_EVERY_S = 0.7
LEVEL = 0.1
"""Amplitude of all tones: 20 dB below full scale."""
TONES_HZ = (125, 250, 500, 1_000, 2_000, 4_000, 6_000, 8_000, 10_000, 11_000, 11_500, 11_900)
TONE_S = 0.8
GAP_S = 0.4
FLAT_DB = 3.0


class Bursts(PacedFrames):
    """A microphone with a short tone now and then, which notes when each began."""

    def __init__(self) -> None:
        frames = int(BURST_EVERY_S / FRAME_S)
        burst = [to_pcm(_tone(1_000, FRAME_S))] * 5
        silence = [bytes(2 * PCM_FRAME_SAMPLES)] * (frames - len(burst))
        super().__init__(itertools.cycle([*silence, *burst]))
        self.began: list[float] = []
        self._was_silent = True

    async def next_frame(self) -> bytes:
        """See `FrameSource`; a microphone gives a frame when its last sample has come."""
        frame = await super().next_frame()
        silent = not frame.strip(b"\0")
        if self._was_silent and not silent:
            self.began.append(time.perf_counter() - FRAME_S)
        self._was_silent = silent
        return frame


class Headset:
    """Everything that a WHEP session brought: when each packet came, and its sound."""

    def __init__(self) -> None:
        self.packets: list[tuple[float, Samples]] = []
        self._decoder = OpusDecoder()

    async def take(self, packet: RtpPacket, arrival_time_ms: int) -> None:  # noqa: ARG002
        """The next packet, in place of what aiortc does with it."""
        sound = to_samples(self._decoder.decode(packet.payload))
        self.packets.append((time.perf_counter(), sound))

    def onsets(self) -> list[float]:
        """The moments at which bursts leave it."""
        found, silent = list[float](), True
        for came, sound in self.packets:
            loud = np.flatnonzero(np.abs(sound) > LEVEL / 4)
            if loud.size and silent:
                found.append(came + float(loud[0]) / CLOCK_HZ)
            silent = not loud.size
        return found

    def sound(self) -> Samples:
        """All of it."""
        return np.concatenate([sound for _, sound in self.packets])


@asynccontextmanager
async def headset(http: aiohttp.ClientSession, url: str) -> AsyncIterator[Headset]:
    """A listener by WHEP inside the context."""
    worn = Headset()
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    receiver = connection.addTransceiver("audio", direction="recvonly").receiver
    receiver._handle_rtp_packet = worn.take  # type: ignore[method-assign]
    async with negotiated(http, url, connection, {}, loopback=True):
        yield worn


@asynccontextmanager
async def site(frame_ms: int) -> AsyncIterator[tuple[aiohttp.ClientSession, str, str]]:
    """A server with a live event; yields a client of it, its address, and the stage key."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="broadcaster-interpreter-"))
        realtime_url = await stack.enter_async_context(rehearsal_server())
        url, _ = await stack.enter_async_context(
            broadcaster(Path(folder), realtime_url=realtime_url, frame_ms=str(frame_ms))
        )
        headers = {"Authorization": f"Bearer {TOKEN}"}
        http = await stack.enter_async_context(
            aiohttp.ClientSession(url, headers=headers, raise_for_status=True)
        )
        fr = {"tag": "fr", "always": True}
        event = await _post(http, "/api/events", {"id": "talk", "title": "T", "languages": [fr]})
        await _post(http, "/api/events/talk/live", {})
        yield http, url, str(event["stage_key"])


async def delays_ms(frame_ms: int, bursts: int) -> list[float]:
    """Floor → headset, for each burst."""
    source = Bursts()
    async with site(frame_ms) as (http, base, key):
        async with (
            publishing(http, f"{base}/whip/talk", key, source),
            headset(http, f"{base}/whep/talk/floor") as worn,
        ):
            await asyncio.sleep(3.0 + bursts * BURST_EVERY_S)
    found = []
    for onset in worn.onsets():
        before = [began for began in source.began if began < onset]
        if before and onset - before[-1] < BURST_EVERY_S:
            found.append((onset - before[-1]) * 1000)
    return found


async def sweeps() -> dict[str, list[float]]:
    """The level of each tone in dB, against the one of 1 kHz, by the way that it went."""
    seconds = 2.0 + len(TONES_HZ) * (TONE_S + GAP_S)
    found = {}
    async with site(60) as (http, base, key), AsyncExitStack() as stack:
        body = {"name": "Ana", "role": "interpreter", "channel": "fr"}
        link = (await _post(http, "/api/events/talk/tokens", body))["link"]
        token = str(link).rpartition("token=")[2]
        speaker = publishing(http, f"{base}/whip/talk", key, PacedFrames(_pieces()))
        await stack.enter_async_context(speaker)
        async with headset(http, f"{base}/whep/talk/floor") as worn:
            await asyncio.sleep(seconds)
        found["floor → headset"] = _levels_db(worn.sound())
        ana = publishing(http, f"{base}/whip/talk/fr?on_air=1", token, PacedFrames(_pieces()))
        await stack.enter_async_context(ana)
        await asyncio.sleep(2.0)
        async with headset(http, f"{base}/whep/talk/fr") as worn:
            await asyncio.sleep(seconds)
        found["interpreter → listener"] = _levels_db(worn.sound())
    return found


def _pieces() -> Iterator[bytes]:
    while True:
        for hz in TONES_HZ:
            yield to_pcm(_tone(hz, TONE_S))
            yield bytes(2 * int(GAP_S * CLOCK_HZ))


def _tone(hz: float, seconds: float) -> Samples:
    time_s = np.arange(int(seconds * CLOCK_HZ)) / CLOCK_HZ
    return np.asarray(LEVEL * np.sin(2 * np.pi * hz * time_s), np.float32)


def _levels_db(sound: Samples) -> list[float]:
    """How strong each tone was over a tenth of a second, against the one of 1 kHz."""
    size = CLOCK_HZ // 10
    windows = sound[: sound.size // size * size].reshape(-1, size).astype(np.float64)
    window = np.hanning(size)
    levels = []
    for hz in TONES_HZ:
        wave = np.exp(-2j * np.pi * hz * np.arange(size) / CLOCK_HZ) * window
        amplitude = 2 * np.max(np.abs(windows @ wave)) / np.sum(window)
        levels.append(20 * float(np.log10(max(amplitude, 1e-6))))
    return [level - levels[TONES_HZ.index(1_000)] for level in levels]


def _flat_until(levels: Sequence[float]) -> int:
    """The highest tone up to which all are within `FLAT_DB` of the one of 1 kHz."""
    flat = 0
    for hz, level in zip(TONES_HZ, levels, strict=True):
        if abs(level) > FLAT_DB:
            break
        flat = hz
    return flat


async def _post(http: aiohttp.ClientSession, path: str, body: dict[str, Any]) -> Any:
    async with http.post(path, json=body) as answer:
        return await answer.json()


async def main(bursts: int) -> None:
    """Measure and print."""
    print("| floor → headset | p50 | p99 | bursts |\n|---|---|---|---|")
    for frame_ms in (20, 60):
        found = await delays_ms(frame_ms, bursts)
        p50, p99 = np.percentile(found, [50, 99])
        print(f"| packets of {frame_ms} ms | {p50:.0f} ms | {p99:.0f} ms | {len(found)} |")
    print(
        f"\n| way | {' | '.join(f'{hz} Hz' for hz in TONES_HZ)} | within ±{FLAT_DB:.0f} dB up to |"
    )
    print("|---" * (len(TONES_HZ) + 2) + "|")
    for way, levels in (await sweeps()).items():
        figures = " | ".join(f"{level:+.1f}" for level in levels)
        print(f"| {way} | {figures} | {_flat_until(levels)} Hz |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bursts", type=int, default=60)
    asyncio.run(main(parser.parse_args().bursts))
