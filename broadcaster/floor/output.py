"""Publishes the floor on the bus: PCM for the booths, Opus as the floor channel."""

from collections.abc import Set as AbstractSet

from broadcaster.audio.blocks import Block, Blocks
from broadcaster.audio.opus import OpusStream
from broadcaster.audio.publishing.pcm_topic import PcmTopic
from broadcaster.model import keys
from broadcaster.model.language import FLOOR
from broadcaster.model.ports import Bus
from broadcaster.model.variant import ChannelVariant, Coding

FLOOR_VARIANTS = tuple(ChannelVariant(FLOOR, coding=coding) for coding in Coding if coding)
"""Those that are made in addition to the floor channel itself, while somebody listens to them."""


class FloorOutput:
    """Publishes one event's floor, gaps filled with silence, each form encoded once.

    Args:
        bus: on what.
        event: id of the event.
        frame_samples: of an Opus packet.
    """

    def __init__(self, bus: Bus, event: str, frame_samples: int) -> None:
        self._bus = bus
        self._pcm = PcmTopic(bus, keys.floor_pcm(event))
        self._opus_blocks = Blocks(frame_samples)
        self._opus_topic = keys.opus(event, FLOOR)
        self._opus = OpusStream(frame_samples)
        self._variants = {
            variant: (keys.opus(event, str(variant)), OpusStream(frame_samples, variant.coding))
            for variant in FLOOR_VARIANTS
        }
        self.wanted: AbstractSet[ChannelVariant] = frozenset()
        """Those of `FLOOR_VARIANTS` that somebody listens to."""

    @property
    def next_position(self) -> int:
        """The first position of the event clock that has no sound yet."""
        return self._pcm.next_position

    def push_floor_pcm(self, position: int, pcm: bytes) -> None:
        """Publish a piece of s16le mono 24 kHz, of any length, that starts at `position`."""
        self._pcm.push_topic_pcm(position, pcm)
        self._encode(self._opus_blocks.push(position, pcm))

    def advance_to(self, position: int) -> None:
        """Publish silence up to `position`."""
        self._pcm.advance_to(position)
        self._encode(self._opus_blocks.advance_to(position))

    def retain_rest(self) -> None:
        """Let the bus keep all that was pushed; nothing follows."""
        self._pcm.retain_rest()

    def forget_retained(self) -> None:
        """Let the bus forget the last minute."""
        self._pcm.forget_retained()

    def _encode(self, blocks: list[Block]) -> None:
        for block in blocks:
            self._publish_opus(self._opus_topic, self._opus, block)
            for variant, (topic, stream) in self._variants.items():
                if variant in self.wanted:
                    self._publish_opus(topic, stream, block)
                else:
                    stream.rest()

    def _publish_opus(self, topic: str, stream: OpusStream, block: Block) -> None:
        for frame in stream.encode_pcm(block.pcm, block.position):
            self._bus.publish(topic, frame.to_bytes())
