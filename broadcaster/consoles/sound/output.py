"""Publishes the microphone on air: 24 kHz for the engines, 48 kHz for those who listen."""

from broadcaster.audio.publishing.live_topic import LiveTopic
from broadcaster.audio.publishing.pcm_topic import PcmTopic
from broadcaster.model.audio import CLOCK_HZ, FULL_BAND_HZ, SAMPLE_BYTES, Kind
from broadcaster.model.consoles import console_keys
from broadcaster.model.ports import Bus


class InterpreterOutput:
    """The sound of one channel's human interpreters, gaps filled with silence.

    Args:
        bus: on what.
        event: id of the event.
        channel: id of the channel.
    """

    def __init__(self, bus: Bus, event: str, channel: str) -> None:
        self._pcm = PcmTopic(bus, console_keys.interpreter_pcm(event, channel))
        full_band = console_keys.interpreter_full_band(event, channel)
        self._full_band = LiveTopic(bus, full_band, Kind.FULL_BAND_PCM)

    @property
    def next_position(self) -> int:
        """The first position of the event clock that has no sound yet."""
        return self._pcm.next_position

    def push_interpreter_pcm(self, position: int, pcm: bytes, full_band: bytes) -> None:
        """Publish a piece of any length that starts at `position`.

        Args:
            position: event-clock sample.
            pcm: s16le mono 24 kHz.
            full_band: the same at 48 kHz.
        """
        self._full_band.push_live_pcm(position, full_band)
        self._pcm.push_topic_pcm(position, pcm)

    def push_silence(self, position: int, samples: int) -> None:
        """Publish a piece of silence that starts at `position`."""
        pcm = bytes(samples * SAMPLE_BYTES)
        self.push_interpreter_pcm(position, pcm, pcm * (FULL_BAND_HZ // CLOCK_HZ))

    def advance_to(self, position: int) -> None:
        """Publish silence up to `position`."""
        self._full_band.advance_to(position)
        self._pcm.advance_to(position)

    def retain_rest(self) -> None:
        """Let the bus keep all that was pushed for the engines; nothing follows."""
        self._pcm.retain_rest()

    def forget_retained(self) -> None:
        """Let the bus forget the last minute."""
        self._pcm.forget_retained()
