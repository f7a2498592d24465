"""The input of a translation or transcription: appended sound in, recognised speech out."""

import numpy as np

from broadcaster.rehearsal.faults.catalogue import Moment
from broadcaster.rehearsal.faults.connection import FaultyConnection
from broadcaster.rehearsal.hearing.recognition import Recognition, RecognitionQueue
from broadcaster.rehearsal.hearing.shared_streams import SharedStreams, StreamMember
from broadcaster.rehearsal.wire.constants import BYTES_PER_MS, INPUT_FRAME_BYTES

_LOUD_RMS = 32_768 * 10 ** (-35 / 20)
_QUIET_MS = 4_000
"""After this long without loud sound the faults of silence are triggered."""


class SpeechInput:
    """Cuts a session's sound into frames and queues what is recognised in them.

    Args:
        connection: its faults are triggered on the clock of this sound.
        streams: recognised sound that sessions share.
        step_bytes: frames are whole multiples of this, and at most `INPUT_FRAME_BYTES` long.
        beginnings: also queue the beginnings of sentences that are still being said.
    """

    def __init__(
        self,
        connection: FaultyConnection,
        streams: SharedStreams,
        *,
        step_bytes: int,
        beginnings: bool,
    ) -> None:
        self._connection = connection
        self._step_bytes, self._beginnings = step_bytes, beginnings
        self._member = StreamMember(streams, self._on_recognised)
        self._uncut = b""
        self._quiet_ms = 0
        self.recognised = RecognitionQueue()
        self.received_ms = 0
        """Length of all frames so far, the one being heard included."""

    def cut(self, pcm: bytes) -> list[bytes]:
        """The frames that are whole with this sound, s16le mono 24 kHz; the rest is kept."""
        sound = self._uncut + pcm
        whole = len(sound) - len(sound) % self._step_bytes
        self._uncut = sound[whole:]
        starts = range(0, whole, INPUT_FRAME_BYTES)
        return [sound[at : min(at + INPUT_FRAME_BYTES, whole)] for at in starts]

    async def hear(self, frame: bytes) -> None:
        """Hear one frame; waits while the recogniser is behind.

        Raises:
            SessionFinished: a fault cut the connection.
            SessionExpired: a fault ends the session.
            TooManyStreams: this sound is new and all recognisers are busy.
            WorkerFailed: the recogniser hangs.
        """
        frame_ms = len(frame) // BYTES_PER_MS
        self.received_ms += frame_ms
        self._connection.faults.received(frame_ms)
        samples = np.frombuffer(frame, "<i2").astype(float)
        loud = bool(np.sqrt(np.mean(samples**2)) > _LOUD_RMS)
        self._quiet_ms = 0 if loud else self._quiet_ms + frame_ms
        await self._connection.trigger_interruptions()
        await self._member.hear(frame)

    def invents(self) -> bool:
        """Whether a fault makes the session say something now, although it hears no speech."""
        quiet = self._quiet_ms >= _QUIET_MS
        return quiet and bool(self._connection.faults.trigger(Moment.QUIET))

    async def settled(self, until_ms: int) -> None:
        """Return when everything said before a time of this sound was dealt with."""
        await self._member.settled(until_ms)
        await self.recognised.done()

    async def finish(self) -> None:
        """Return when everything said so far was dealt with. Nothing may be heard afterwards."""
        await self._member.finish()
        await self.recognised.done()

    def close(self) -> None:
        """Stop hearing. Nothing is queued any more."""
        self._member.close()

    def _on_recognised(self, heard: Recognition) -> None:
        if heard.kind == "begun" and not self._beginnings:
            return
        if not self._connection.faults.active("deaf", heard.end_ms):
            self.recognised.put(heard)
