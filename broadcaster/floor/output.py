"""Publishes the floor on the bus: PCM for the booths, Opus as the floor channel.

The bus also retains the PCM of the last minute, for booths that come later or missed it.
"""

from collections.abc import Set as AbstractSet

from broadcaster.audio.blocks import Block, Blocks
from broadcaster.audio.opus import OpusStream
from broadcaster.model import keys
from broadcaster.model.audio import PCM_FRAME_SAMPLES, RETAINED_SAMPLES, AudioFrame, Kind
from broadcaster.model.language import FLOOR
from broadcaster.model.ports import Bus, Retained
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
        self._pcm_topic = keys.floor_pcm(event)
        self._pcm_blocks = Blocks(PCM_FRAME_SAMPLES)
        self._retained_blocks = Blocks(RETAINED_SAMPLES)
        self._opus_blocks = Blocks(frame_samples)
        self._opus_topic = keys.opus(event, FLOOR)
        self._opus = OpusStream(frame_samples)
        self._variants = {
            variant: (keys.opus(event, str(variant)), OpusStream(frame_samples, variant.coding))
            for variant in FLOOR_VARIANTS
        }
        self._pcm_sequence = 0
        self.wanted: AbstractSet[ChannelVariant] = frozenset()
        """Those of `FLOOR_VARIANTS` that somebody listens to."""

    @property
    def next_position(self) -> int:
        """The first position of the event clock that has no sound yet."""
        return self._pcm_blocks.next_position or 0

    def push_floor_pcm(self, position: int, pcm: bytes) -> None:
        """Publish a piece of s16le mono 24 kHz, of any length, that starts at `position`."""
        self._retain(self._retained_blocks.push(position, pcm))
        self._publish(self._pcm_blocks.push(position, pcm), self._opus_blocks.push(position, pcm))

    def advance_to(self, position: int) -> None:
        """Publish silence up to `position`."""
        self._retain(self._retained_blocks.advance_to(position))
        self._publish(self._pcm_blocks.advance_to(position), self._opus_blocks.advance_to(position))

    def retain_rest(self) -> None:
        """Let the bus keep all that was pushed; nothing follows."""
        rest = self._retained_blocks.take_rest()
        self._retain([] if rest is None else [rest])

    def forget_retained(self) -> None:
        """Let the bus forget the last minute."""
        self._bus.forget_retained(self._pcm_topic)

    def _retain(self, blocks: list[Block]) -> None:
        for block in blocks:
            self._bus.retain(self._pcm_topic, Retained(block.position, block.pcm))

    def _publish(self, pcm: list[Block], opus: list[Block]) -> None:
        for block in pcm:
            frame = AudioFrame(
                Kind.PCM, self._pcm_sequence, block.position, block.pcm, retained=True
            )
            self._bus.publish(self._pcm_topic, frame.to_bytes())
            self._pcm_sequence += 1
        for block in opus:
            self._publish_opus(self._opus_topic, self._opus, block)
            for variant, (topic, stream) in self._variants.items():
                if variant in self.wanted:
                    self._publish_opus(topic, stream, block)
                else:
                    stream.rest()

    def _publish_opus(self, topic: str, stream: OpusStream, block: Block) -> None:
        for frame in stream.encode_pcm(block.pcm, block.position):
            self._bus.publish(topic, frame.to_bytes())
