"""One input of a floor, heard or not: its publisher, its level, and its newest sound."""

import asyncio

from broadcaster.audio.level import LevelMeter
from broadcaster.audio.microphone.meter import MicrophoneMeter
from broadcaster.floor.input_switch import InputState
from broadcaster.floor.microphones.publisher import FloorPublisher
from broadcaster.model.audio import CLOCK_HZ, FULL_BAND_HZ, SAMPLE_BYTES, ms_to_samples
from broadcaster.model.inputs.stereo_input import StereoInput
from broadcaster.webrtc.ingest import PeerState

STALL_S = 1.0
"""After this long without sound silence is published; a shorter stall loses nothing."""
PAUSE_S = 0.1
"""The same while the speaker's client pauses (DTX) and nothing can be on its way."""
KEPT_SAMPLES = 2 * CLOCK_HZ
"""The newest sound of an input, which closes the gap when it takes over. Longer than a gap within
which no silence was published yet, also on a machine that stalls."""
TICK_S = 0.06
_FULL_BAND_BYTES = SAMPLE_BYTES * FULL_BAND_HZ // CLOCK_HZ
"""Of one event-clock sample."""
_SILENT_TICK = bytes(ms_to_samples(60) * SAMPLE_BYTES)


class FloorInput:
    """A main or backup input.

    Args:
        now_s: the time, on the clock of all other times here.

    Attributes:
        meter: measures it.
        microphone: measures its microphone.
        arrived: set when a publisher has come.
        last_sound_s: when its last sound came.
    """

    def __init__(self, now_s: float) -> None:
        self.meter = LevelMeter()
        self.microphone = MicrophoneMeter()
        self.arrived = asyncio.Event()
        self.last_sound_s = now_s
        self._peer: FloorPublisher | None = None
        self._took_over = False
        self._newest = bytearray()
        self._newest_full_band = bytearray()

    @property
    def peer(self) -> FloorPublisher | None:
        """Its publisher."""
        return self._peer

    @property
    def is_taken(self) -> bool:
        """Whether its publisher gives way to nobody but a takeover.

        It is live, or it has just taken over and is about to be live: the client of the publisher
        that it replaced may be quicker to connect again.
        """
        if self._peer is None:
            return False
        state = self._peer.state
        return state is PeerState.LIVE or (self._took_over and state is PeerState.CONNECTING)

    @property
    def wait_s(self) -> float:
        """How long nothing may come before silence takes its place."""
        return PAUSE_S if self._peer is not None and self._peer.pauses else STALL_S

    def take(self, peer: FloorPublisher, *, takeover: bool) -> FloorPublisher | None:
        """Take a new publisher; returns the one it replaces, for the caller to close."""
        previous, self._peer = self._peer, peer
        self._took_over = takeover
        self.microphone = MicrophoneMeter()
        self._forget()
        self.arrived.set()
        return previous

    def leave(self) -> None:
        """Its publisher has gone."""
        self._peer = None
        self._forget()

    def choose_stereo(self, choice: StereoInput) -> None:
        """Follow the organizer's choice of a stereo input's channel."""
        if self._peer is not None:
            self._peer.downmix.choice = choice

    def add(self, pcm: bytes, full_band: bytes, now_s: float) -> None:
        """Take the next piece of its sound, s16le mono 24 kHz, and the same at 48 kHz."""
        self.last_sound_s = now_s
        self.meter.add(pcm)
        self.microphone.add(pcm)
        self._newest += pcm
        del self._newest[: -KEPT_SAMPLES * SAMPLE_BYTES]
        self._newest_full_band += full_band
        del self._newest_full_band[: -KEPT_SAMPLES * _FULL_BAND_BYTES]

    def pass_time(self, now_s: float) -> bool:
        """Measure silence while nothing comes, every `TICK_S`; returns whether nothing comes."""
        if now_s - self.last_sound_s <= self.wait_s:
            return False
        if self._peer is not None:
            self.meter.add(_SILENT_TICK)
            if not self._peer.pauses:
                self.microphone.add(_SILENT_TICK)
        return True

    def newest(self, samples: int) -> tuple[bytes, bytes]:
        """Its newest sound, up to this many event-clock samples, at 24 kHz and at 48 kHz."""
        if samples <= 0:
            return b"", b""
        return (
            bytes(self._newest[-samples * SAMPLE_BYTES :]),
            bytes(self._newest_full_band[-samples * _FULL_BAND_BYTES :]),
        )

    def _forget(self) -> None:
        self._newest.clear()
        self._newest_full_band.clear()

    def state(self, now_s: float) -> InputState:
        """It as it is now."""
        pauses = self._peer is not None and self._peer.pauses
        missing_s = 0.0 if pauses else now_s - self.last_sound_s
        return InputState(self._peer is not None, missing_s, self.meter.silent_ms / 1_000)
