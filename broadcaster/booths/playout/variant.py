"""One way to hear a channel: limited, encoded once for everybody, published."""

from broadcaster.audio.opus import OpusStream
from broadcaster.audio.pcm import Samples
from broadcaster.model.ports import Bus


class Variant:
    """Publishes packets with an unbroken sequence.

    Args:
        topic: where.
        bus: on what.
        frame_samples: of a packet.
        loss_percent: see `OpusEncoder`.
    """

    def __init__(self, topic: str, bus: Bus, frame_samples: int, loss_percent: int = 0) -> None:
        self._topic = topic
        self._bus = bus
        self._opus = OpusStream(frame_samples, loss_percent=loss_percent)

    def publish(self, samples: Samples, position: int) -> None:
        """The next packet's samples, at this position of the event clock."""
        frame = self._opus.encode_samples(samples, position)
        self._bus.publish(self._topic, frame.to_bytes())

    def rest(self) -> None:
        """Nobody listens: whoever comes later hears no remains of what was."""
        self._opus.rest()
