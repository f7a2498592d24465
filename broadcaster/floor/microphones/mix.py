"""The microphones of one floor as one publisher: what its input gets is their mix."""

import itertools
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

import numpy as np

from broadcaster.audio.fades import EDGE_SAMPLES
from broadcaster.audio.stereo.downmix import StereoDownmix
from broadcaster.floor.microphones.gain_sharing import BLOCK_MS, GainSharing
from broadcaster.floor.microphones.line import MicrophoneLine, Sound, power
from broadcaster.floor.microphones.turn_taking import TurnTaking
from broadcaster.model.audio import CLOCK_HZ, FULL_BAND_HZ, ms_to_samples
from broadcaster.model.inputs.microphones import Microphone, MicrophoneLevel
from broadcaster.model.ports import Clock
from broadcaster.webrtc.incoming_sound import PcmChunk
from broadcaster.webrtc.ingest import IngestEndReason, IngestPeer, PeerState
from broadcaster.webrtc.rtp_clock import RTP_HZ

log = logging.getLogger("broadcaster.floor")

PATIENCE_S = 0.1
"""A microphone that has just sounded is waited for this long, as when this process was busy."""
BLOCK_SAMPLES = ms_to_samples(BLOCK_MS)
_LOOK_S = 0.005
_RTP_PER_BLOCK = RTP_HZ * BLOCK_MS // 1000
_BEST_FIRST = (
    PeerState.LIVE,
    PeerState.CONNECTING,
    PeerState.STALLED,
    PeerState.UNDECODABLE,
    PeerState.NEW,
)


class MicrophoneMix:
    """Mixes microphones while at least one is connected; a publisher of a `FloorInput`.

    Args:
        clock: paces the mix.

    Attributes:
        downmix: has the organizer's choice for stereo microphones. What is wrong with a cable is
            not reported of a mix.
        turns: tell by name whose turn it is to speak, up to the newest block.
        ended: whether it takes no more microphones.
    """

    def __init__(self, clock: Clock) -> None:
        self.downmix = StereoDownmix()
        self.turns = TurnTaking()
        self.ended = False
        self._clock = clock
        self._lines: dict[str, MicrophoneLine] = {}
        """By a name of their own: a microphone that connects again has two for a moment."""
        self._names = itertools.count()
        self._gains: dict[str, float] = {}
        self._sharing = GainSharing()

    @property
    def state(self) -> PeerState:
        """The best of its microphones' states."""
        states = {line.peer.state for line in self._connected()}
        return next((one for one in _BEST_FIRST if one in states), PeerState.ENDED)

    @property
    def end_reason(self) -> IngestEndReason | None:
        """Why it ended; None while it goes on."""
        return IngestEndReason.CLOSED if self.ended else None

    @property
    def pauses(self) -> bool:
        """Whether all its microphones pause (DTX)."""
        return all(line.peer.pauses for line in self._connected())

    @property
    def frames_lost(self) -> int:
        """Of all microphones that are connected."""
        return sum(line.peer.frames_lost for line in self._connected())

    def is_taken(self, microphone: Microphone) -> bool:
        """Whether this microphone is connected and sends."""
        present = self._line_of(microphone)
        return present is not None and present.peer.state is PeerState.LIVE

    def join(self, microphone: Microphone, peer: IngestPeer) -> IngestPeer | None:
        """Take a microphone, whose sound comes by `hear`; returns the connection it replaces.

        Args:
            microphone: whose it is.
            peer: its connection, negotiated.
        """
        before = self._line_of(microphone)
        self._lines[str(next(self._names))] = MicrophoneLine(microphone, peer)
        if before is None:
            return None
        before.left = True
        return before.peer

    async def hear(self, peer: IngestPeer) -> None:
        """Take the sound of a microphone that has joined until it leaves."""
        line = next((one for one in self._lines.values() if one.peer is peer), None)
        if line is None:
            return
        log.info("a microphone has joined the floor")
        try:
            async with aclosing(peer.frames()) as chunks:
                async for chunk in chunks:
                    peer.downmix.choice = self.downmix.choice
                    line.push(chunk)
        finally:
            line.left = True
            log.info("a microphone has left the floor: %s", peer.end_reason)

    async def frames(self) -> AsyncGenerator[PcmChunk, None]:
        """The mix in real time, for one reader, until the last microphone has left."""
        begun_s, count = self._clock.monotonic(), 0
        while self._lines:
            due_s = begun_s + (count + 1) * BLOCK_MS / 1000
            await self._clock.sleep(max(0.0, due_s - self._clock.monotonic()))
            while self._waits() and self._clock.monotonic() < due_s + PATIENCE_S:
                await self._clock.sleep(_LOOK_S)
            if self._clock.monotonic() < due_s + PATIENCE_S:  # what is late was not heard yet
                for line in self._lines.values():
                    line.cut_back()
            if any(line.sounds for line in self._lines.values()):
                yield PcmChunk(count * _RTP_PER_BLOCK, *self._mixed())
            count += 1
            gone = [one for one, line in self._lines.items() if line.left and not line.sounds]
            for one in gone:
                del self._lines[one]
        self.ended = True

    async def close(self) -> None:
        """End all its microphones."""
        self.ended = True
        for line in list(self._lines.values()):
            await line.peer.close()

    def take_levels(self) -> tuple[MicrophoneLevel, ...]:
        """The microphones, with their levels since the last call."""
        return tuple(
            MicrophoneLevel(
                name=line.microphone.name,
                level_dbfs=line.meter.take().level_dbfs,
                connected=line.peer.state is PeerState.LIVE,
                loudest=one == self._sharing.loudest,
            )
            for one, line in self._lines.items()
            if not line.left
        )

    def _waits(self) -> bool:
        return any(line.is_late(BLOCK_SAMPLES) for line in self._lines.values())

    def _connected(self) -> list[MicrophoneLine]:
        return [line for line in self._lines.values() if not line.left]

    def _line_of(self, microphone: Microphone) -> MicrophoneLine | None:
        connected = self._connected()
        return next((one for one in connected if one.microphone.id == microphone.id), None)

    def _mixed(self) -> tuple[bytes, bytes]:
        """The next block of the mix, at 24 kHz and at 48 kHz."""
        pulled = {one: line.pull(BLOCK_SAMPLES) for one, line in self._lines.items()}
        gains = self._sharing.share({one: power(sound) for one, (sound, _) in pulled.items()})
        sounding = self._lines.get(self._sharing.sounding)
        self.turns.hear(sounding.microphone.name if sounding is not None else "")
        mixed: Sound = np.zeros(BLOCK_SAMPLES)
        full_band: Sound = np.zeros(BLOCK_SAMPLES * (FULL_BAND_HZ // CLOCK_HZ))
        for one, (sound, full) in pulled.items():
            before = self._gains.get(one, gains[one])
            mixed += sound * _ramp(before, gains[one], len(sound), EDGE_SAMPLES)
            edge = EDGE_SAMPLES * (FULL_BAND_HZ // CLOCK_HZ)
            full_band += full * _ramp(before, gains[one], len(full), edge)
        self._gains = gains
        return _pcm(mixed), _pcm(full_band)


def _ramp(before: float, after: float, samples: int, edge: int) -> Sound:
    """From one gain to another within the edge, without a click."""
    rise = np.sin(np.minimum(1.0, (np.arange(samples) + 0.5) / edge) * np.pi / 2) ** 2
    return np.asarray(before + (after - before) * rise)


def _pcm(sound: Sound) -> bytes:
    return bytes(np.clip(np.rint(sound), -32_768, 32_767).astype("<i2").data)
