"""Publishes the floor on the bus: PCM for the booths, Opus as the floor channel."""

from collections.abc import Set as AbstractSet

from broadcaster.audio.blocks import Block, Blocks
from broadcaster.audio.opus import OpusStream
from broadcaster.audio.publishing.pcm_topic import PcmTopic
from broadcaster.model import keys
from broadcaster.model.audio import FULL_BAND_HZ
from broadcaster.model.language import FLOOR
from broadcaster.model.ports import Bus
from broadcaster.model.variant import ChannelVariant, Coding

FULL_BAND_FLOOR = ChannelVariant(FLOOR, coding=Coding.FULL_BAND)
"""For the consoles of human interpreters, made from 48 kHz while one of them listens."""
FLOOR_VARIANTS = tuple(
    ChannelVariant(FLOOR, coding=coding) for coding in (Coding.PROTECTED, Coding.LOW_RATE)
)
"""Those that are made from 24 kHz in addition to the floor channel itself, as they are wanted."""


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
        self._full_band_blocks = Blocks(frame_samples, rate_hz=FULL_BAND_HZ)
        self._opus_topic = keys.opus(event, FLOOR)
        self._opus = OpusStream(frame_samples)
        self._variants = {
            variant: (keys.opus(event, str(variant)), OpusStream(frame_samples, variant.coding))
            for variant in FLOOR_VARIANTS
        }
        self._full_band_topic = keys.opus(event, str(FULL_BAND_FLOOR))
        self._full_band = OpusStream(frame_samples, Coding.FULL_BAND, FULL_BAND_HZ)
        self.wanted: AbstractSet[ChannelVariant] = frozenset()
        """The variants of the floor that somebody listens to, `FULL_BAND_FLOOR` among them."""

    @property
    def next_position(self) -> int:
        """The first position of the event clock that has no sound yet."""
        return self._pcm.next_position

    def push_floor_pcm(self, position: int, pcm: bytes, full_band: bytes) -> None:
        """Publish a piece of any length that starts at `position`.

        Args:
            position: event-clock sample.
            pcm: s16le mono 24 kHz.
            full_band: the same at 48 kHz.
        """
        self._pcm.push_topic_pcm(position, pcm)
        self._encode(self._opus_blocks.push(position, pcm))
        self._encode_full_band(self._full_band_blocks.push(position, full_band))

    def advance_to(self, position: int) -> None:
        """Publish silence up to `position`."""
        self._pcm.advance_to(position)
        self._encode(self._opus_blocks.advance_to(position))
        self._encode_full_band(self._full_band_blocks.advance_to(position))

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

    def _encode_full_band(self, blocks: list[Block]) -> None:
        for block in blocks:
            if FULL_BAND_FLOOR in self.wanted:
                self._publish_opus(self._full_band_topic, self._full_band, block)
            else:
                self._full_band.rest()

    def _publish_opus(self, topic: str, stream: OpusStream, block: Block) -> None:
        for frame in stream.encode_pcm(block.pcm, block.position):
            self._bus.publish(topic, frame.to_bytes())
