"""Publishes sound for booths as PCM, and lets the bus retain the last minute of it.

The floor is published this way, and every other sound that a booth hears.
"""

from broadcaster.audio.blocks import Block, Blocks
from broadcaster.model.audio import PCM_FRAME_SAMPLES, RETAINED_SAMPLES, AudioFrame, Kind
from broadcaster.model.ports import Bus, Retained


class PcmTopic:
    """One sound on one topic: frames of 20 ms now, and pieces of 200 ms that the bus retains.

    Args:
        bus: on what.
        topic: name of the topic.
    """

    def __init__(self, bus: Bus, topic: str) -> None:
        self._bus = bus
        self._topic = topic
        self._blocks = Blocks(PCM_FRAME_SAMPLES)
        self._retained_blocks = Blocks(RETAINED_SAMPLES)
        self._sequence = 0

    @property
    def next_position(self) -> int:
        """The first position of the event clock that has no sound yet."""
        return self._blocks.next_position or 0

    def push_topic_pcm(self, position: int, pcm: bytes) -> None:
        """Publish a piece of s16le mono 24 kHz, of any length, that starts at `position`."""
        self._retain(self._retained_blocks.push(position, pcm))
        self._publish(self._blocks.push(position, pcm))

    def advance_to(self, position: int) -> None:
        """Publish silence up to `position`."""
        self._retain(self._retained_blocks.advance_to(position))
        self._publish(self._blocks.advance_to(position))

    def retain_rest(self) -> None:
        """Let the bus keep all that was pushed; nothing follows."""
        rest = self._retained_blocks.take_rest()
        self._retain([] if rest is None else [rest])

    def forget_retained(self) -> None:
        """Let the bus forget the last minute."""
        self._bus.forget_retained(self._topic)

    def _retain(self, blocks: list[Block]) -> None:
        for block in blocks:
            self._bus.retain(self._topic, Retained(block.position, block.pcm))

    def _publish(self, blocks: list[Block]) -> None:
        for block in blocks:
            frame = AudioFrame(Kind.PCM, self._sequence, block.position, block.pcm, retained=True)
            self._bus.publish(self._topic, frame.to_bytes())
            self._sequence += 1
