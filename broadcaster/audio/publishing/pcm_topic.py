"""Publishes sound for booths as PCM, and lets the bus retain the last minute of it.

The floor is published this way, and every other sound that a booth hears.
"""

from broadcaster.audio.blocks import Block, Blocks
from broadcaster.audio.publishing.live_topic import LiveTopic
from broadcaster.model.audio import RETAINED_SAMPLES, Kind
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
        self._live = LiveTopic(bus, topic, Kind.PCM, retained=True)
        self._retained_blocks = Blocks(RETAINED_SAMPLES)

    @property
    def next_position(self) -> int:
        """The first position of the event clock that has no sound yet."""
        return self._live.next_position

    def push_topic_pcm(self, position: int, pcm: bytes) -> None:
        """Publish a piece of s16le mono 24 kHz, of any length, that starts at `position`."""
        self._retain(self._retained_blocks.push(position, pcm))
        self._live.push_live_pcm(position, pcm)

    def advance_to(self, position: int) -> None:
        """Publish silence up to `position`."""
        self._retain(self._retained_blocks.advance_to(position))
        self._live.advance_to(position)

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
