"""Measure what a human interpreter hears and how they are heard: delay, and which frequencies come.

    python -m tests.benchmarks.bench_interpreter_sound

A server with everything in one process, and WebRTC clients of this process. The delay is from the
first sample at the speaker's microphone to the moment at which it can leave a headset that waits
for nothing; a browser's jitter buffer comes on top. Bursts of sound are compared at both ends. The
sweep compares the level of tones, from the floor to a headset, and from an interpreter's microphone
to listeners by every transport.
"""

import argparse
import asyncio
import io
import itertools
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import av
import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection
from aiortc.rtp import RtpPacket

from broadcaster.audio.opus import OPUS_HZ, OpusFrameDecoder
from broadcaster.audio.pcm import PcmResampler, Samples, to_pcm, to_samples
from broadcaster.model.audio import CLOCK_HZ, PCM_FRAME_SAMPLES, AudioFrame
from broadcaster.webrtc.clients.frames import FRAME_S, PacedFrames
from broadcaster.webrtc.clients.http_session import negotiated
from broadcaster.webrtc.clients.publisher import publishing
from tests.support.processes import TOKEN, broadcaster, rehearsal_server
from tests.support.tasks import background_task
from tests.webrtc.support import VoiceTrack

BURST_EVERY_S = 0.7
LEVEL = 0.1
"""Amplitude of all tones: 20 dB below full scale."""
TONES_HZ = (125, 250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 12_000, 13_000, 14_000, 15_000)
TONE_S = 0.8
GAP_S = 0.4
FLAT_DB = 3.0
SWEEP_S = len(TONES_HZ) * (TONE_S + GAP_S)


class Bursts(PacedFrames):
    """A microphone with a short tone now and then, which notes when each began."""

    def __init__(self) -> None:
        frames = int(BURST_EVERY_S / FRAME_S)
        burst = [to_pcm(_tone(1_000, FRAME_S, CLOCK_HZ))] * 5
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
    """Everything that a listener's connection brought: when each packet came, and its sound."""

    def __init__(self) -> None:
        self.packets: list[tuple[float, Samples]] = []
        self._decoder = OpusFrameDecoder("mono")
        self._resampler = PcmResampler("mono", OPUS_HZ)

    async def take(self, packet: RtpPacket, arrival_time_ms: int) -> None:  # noqa: ARG002
        """The next packet, in place of what aiortc does with it."""
        self.take_opus(packet.payload)

    def take_opus(self, packet: bytes) -> None:
        """The next packet of any transport."""
        parts = self._decoder.decode(packet)
        sound = to_samples(b"".join(self._resampler.convert(part) for part in parts))
        self.packets.append((time.perf_counter(), sound))

    def onsets(self) -> list[float]:
        """The moments at which bursts leave it."""
        found, silent = list[float](), True
        for came, sound in self.packets:
            loud = np.flatnonzero(np.abs(sound) > LEVEL / 4)
            if loud.size and silent:
                found.append(came + float(loud[0]) / OPUS_HZ)
            silent = not loud.size
        return found

    def sound(self) -> Samples:
        """All of it, at 48 kHz."""
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
async def microphone(http: aiohttp.ClientSession, url: str, key: str) -> AsyncIterator[None]:
    """A WHIP client inside the context, with all tones at 48 kHz, over and over."""
    pieces = [
        np.concatenate((_tone(hz, TONE_S, OPUS_HZ), np.zeros(int(GAP_S * OPUS_HZ), np.float32)))
        for hz in TONES_HZ
    ]
    sound = np.frombuffer(to_pcm(np.tile(np.concatenate(pieces), 6)), np.int16)
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connection.addTransceiver(VoiceTrack(sound), direction="sendonly")
    headers = {"Authorization": f"Bearer {key}"}
    async with negotiated(http, url, connection, headers, loopback=True):
        yield


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
            headset(http, f"{base}/whep/talk/floor%2Bfull") as worn,
        ):
            await asyncio.sleep(4.0 + bursts * BURST_EVERY_S)
    found = []
    for onset in worn.onsets():
        before = [began for began in source.began if began < onset]
        if before and onset - before[-1] < BURST_EVERY_S:
            found.append((onset - before[-1]) * 1000)
    return found


async def sweeps() -> dict[str, list[float]]:
    """The level of each tone in dB, against the one of 1 kHz, by the way that it went."""
    found = {}
    async with site(60) as (http, base, key), AsyncExitStack() as stack:
        body = {"name": "Ana", "role": "interpreter", "channel": "fr"}
        link = (await _post(http, "/api/events/talk/tokens", body))["link"]
        token = str(link).rpartition("token=")[2]
        await stack.enter_async_context(microphone(http, f"{base}/whip/talk", key))
        async with headset(http, f"{base}/whep/talk/floor%2Bfull") as worn:
            await asyncio.sleep(4.0 + SWEEP_S)
        found["floor → headset"] = _levels_db(worn.sound())
        on_air = f"{base}/whip/talk/fr?on_air=1"
        await stack.enter_async_context(microphone(http, on_air, token))
        await asyncio.sleep(2.0)
        ogg, mp3, by_websocket = bytearray(), bytearray(), Headset()
        readers = (
            _read(http, "/listen/talk/fr.ogg?backlog_ms=0", ogg),
            _read(http, "/listen/talk/fr.mp3?backlog_ms=0", mp3),
            _listen(http, "/e/talk/audio/fr", by_websocket),
        )
        for reader in readers:
            await stack.enter_async_context(background_task(reader, name="listener"))
        async with headset(http, f"{base}/whep/talk/fr") as worn:
            await asyncio.sleep(4.0 + SWEEP_S)
        found["interpreter → WebRTC"] = _levels_db(worn.sound())
        found["interpreter → WebSocket"] = _levels_db(by_websocket.sound())
        found["interpreter → HTTP, Ogg"] = _levels_db(_decoded(ogg))
        found["interpreter → HTTP, MP3"] = _levels_db(_decoded(mp3))
    return found


async def _read(http: aiohttp.ClientSession, path: str, into: bytearray) -> None:
    async with http.get(path) as response:
        async for piece in response.content.iter_any():
            into += piece


async def _listen(http: aiohttp.ClientSession, path: str, heard: Headset) -> None:
    async with http.ws_connect(path, protocols=["broadcaster.audio.v1"]) as socket:
        async for message in socket:
            if message.type is aiohttp.WSMsgType.BINARY:
                heard.take_opus(AudioFrame.from_bytes(message.data).payload)


def _decoded(file: bytearray) -> Samples:
    resampler = PcmResampler("mono", OPUS_HZ)
    with av.open(io.BytesIO(bytes(file)), "r") as container:
        frames = container.decode(container.streams.audio[0])
        return to_samples(b"".join(resampler.convert(frame) for frame in frames))


def _tone(hz: float, seconds: float, rate_hz: int) -> Samples:
    time_s = np.arange(int(seconds * rate_hz)) / rate_hz
    return np.asarray(LEVEL * np.sin(2 * np.pi * hz * time_s), np.float32)


def _levels_db(sound: Samples) -> list[float]:
    """How strong each tone was over a tenth of a second, against the one of 1 kHz."""
    size = OPUS_HZ // 10
    windows = sound[: sound.size // size * size].reshape(-1, size).astype(np.float64)
    window = np.hanning(size)
    levels = []
    for hz in TONES_HZ:
        wave = np.exp(-2j * np.pi * hz * np.arange(size) / OPUS_HZ) * window
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
