"""Publishes a microphone at 48 kHz for people who listen; the bus retains nothing of it."""

from broadcaster.audio.blocks import Block, Blocks
from broadcaster.model.audio import FULL_BAND_HZ, PCM_FRAME_SAMPLES, AudioFrame, Kind
from broadcaster.model.ports import Bus


class FullBandTopic:
    """One sound on one topic, in frames of 20 ms.

    Args:
        bus: on what.
        topic: name of the topic.
    """

    def __init__(self, bus: Bus, topic: str) -> None:
        self._bus = bus
        self._topic = topic
        self._blocks = Blocks(PCM_FRAME_SAMPLES, rate_hz=FULL_BAND_HZ)
        self._sequence = 0

    def push_full_band_pcm(self, position: int, pcm: bytes) -> None:
        """Publish a piece of s16le mono 48 kHz, of any length, that starts at `position`."""
        self._publish(self._blocks.push(position, pcm))

    def advance_to(self, position: int) -> None:
        """Publish silence up to `position`."""
        self._publish(self._blocks.advance_to(position))

    def _publish(self, blocks: list[Block]) -> None:
        for block in blocks:
            frame = AudioFrame(Kind.FULL_BAND_PCM, self._sequence, block.position, block.pcm)
            self._bus.publish(self._topic, frame.to_bytes())
            self._sequence += 1
