"""RTP packets of a speaker, made without a network."""

from functools import cache

import numpy as np

from broadcaster.audio.opus import OpusEncoder
from broadcaster.webrtc.incoming_sound import IncomingSound, PcmChunk
from broadcaster.webrtc.packet_order import ReceivedPacket

FRAME_S = 0.02
FRAME_TICKS = 960
TOC_ONLY = b"\x48"
"""SILK, 20 ms, mono, without coded sound: what an encoder makes of a pause (DTX)."""


@cache
def speech(seconds: float = 4.0) -> tuple[bytes, ...]:
    """Opus packets of 20 ms that hold a tone of 440 Hz."""
    encoder = OpusEncoder(480)
    times = np.arange(int(seconds * 24_000)) / 24_000
    tone = (8_000 * np.sin(2 * np.pi * 440 * times)).astype("<i2").tobytes()
    return tuple(encoder.encode(tone[at : at + 960]) for at in range(0, len(tone) - 959, 960))


class Sender:
    """Sends packets to an `IncomingSound` in the time of its own clock.

    Attributes:
        sequence: of the next packet.
        timestamp: of the next packet.
    """

    def __init__(self, *, sequence: int = 65_500, timestamp: int = (1 << 32) - 48_000) -> None:
        self.sequence = sequence
        self.timestamp = timestamp
        self.now_s = 100.0
        self.chunks: list[PcmChunk] = []
        self.sound = IncomingSound(self.chunks.append, lambda: self.now_s)

    def send(self, payload: bytes, *, ssrc: int = 1) -> None:
        """The next packet, 20 ms after the last one."""
        packet = ReceivedPacket(self.sequence % 65_536, self.timestamp % (1 << 32), payload)
        self.sound.push_packet(ssrc, packet)
        self.lose()

    def lose(self) -> None:
        """Count a packet that does not arrive."""
        self.sequence += 1
        self.pause(FRAME_S)

    def pause(self, seconds: float) -> None:
        """Let time pass on both clocks without a packet."""
        self.timestamp += round(seconds * 48_000)
        for _ in range(max(1, round(seconds / FRAME_S))):
            self.now_s += FRAME_S
            self.sound.pass_time()

    def heard(self) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
        """All sound on one line, gaps filled with silence."""
        line = np.zeros(max(end(chunk) for chunk in self.chunks), np.int16)
        for chunk in self.chunks:
            samples = np.frombuffer(chunk.samples, "<i2")
            line[chunk.rtp_time // 2 : chunk.rtp_time // 2 + len(samples)] = samples
        return line


def end(chunk: PcmChunk) -> int:
    """Where a chunk ends, in samples of 24 kHz."""
    return chunk.rtp_time // 2 + len(chunk.samples) // 2
