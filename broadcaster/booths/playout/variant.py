"""One way to hear a channel: limited, encoded once for everybody, published."""

from broadcaster.audio.limiter import Limiter
from broadcaster.audio.opus import OpusEncoder
from broadcaster.audio.samples import Samples
from broadcaster.model.audio import AudioFrame, Kind
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
        self._frame_samples = frame_samples
        self._loss_percent = loss_percent
        self._sequence = 0
        self._chain: tuple[Limiter, OpusEncoder] | None = None

    def publish(self, samples: Samples, position: int) -> None:
        """The next packet's samples, at this position of the event clock."""
        self._chain = self._chain or (
            Limiter(),
            OpusEncoder(self._frame_samples, loss_percent=self._loss_percent),
        )
        limiter, encoder = self._chain
        packet = encoder.encode(limiter.limit(samples))
        frame = AudioFrame(Kind.OPUS, self._sequence, position, packet)
        self._bus.publish(self._topic, frame.to_bytes())
        self._sequence += 1

    def rest(self) -> None:
        """Nobody listens: whoever comes later hears no remains of what was."""
        self._chain = None
