"""Publishes sound as PCM frames for those who hear it now; the bus retains nothing of it."""

from broadcaster.audio.blocks import Block, Blocks
from broadcaster.model.audio import CLOCK_HZ, FULL_BAND_HZ, PCM_FRAME_SAMPLES, AudioFrame, Kind
from broadcaster.model.ports import Bus

_RATES_HZ = {Kind.PCM: CLOCK_HZ, Kind.FULL_BAND_PCM: FULL_BAND_HZ}


class LiveTopic:
    """One sound on one topic, in frames of 20 ms.

    Args:
        bus: on what.
        topic: name of the topic.
        kind: of the frames; it says the rate of the sound.
        retained: whether a reader that misses a frame finds it among what the bus retains.
    """

    def __init__(self, bus: Bus, topic: str, kind: Kind, *, retained: bool = False) -> None:
        self._bus = bus
        self._topic = topic
        self._kind = kind
        self._retained = retained
        self._blocks = Blocks(PCM_FRAME_SAMPLES, rate_hz=_RATES_HZ[kind])
        self._sequence = 0

    @property
    def next_position(self) -> int:
        """The first position of the event clock that has no sound yet."""
        return self._blocks.next_position or 0

    def push_live_pcm(self, position: int, pcm: bytes) -> None:
        """Publish a piece of s16le mono, of any length, that starts at `position`."""
        self._publish(self._blocks.push(position, pcm))

    def advance_to(self, position: int) -> None:
        """Publish silence up to `position`."""
        self._publish(self._blocks.advance_to(position))

    def _publish(self, blocks: list[Block]) -> None:
        for block in blocks:
            frame = AudioFrame(
                self._kind, self._sequence, block.position, block.pcm, retained=self._retained
            )
            self._bus.publish(self._topic, frame.to_bytes())
            self._sequence += 1
