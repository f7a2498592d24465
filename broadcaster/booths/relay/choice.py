"""Decides, block by block, whether a relayed booth hears its relay or the floor."""

from broadcaster.booths.floor.speech_times import SpeechTimes
from broadcaster.model.audio import CLOCK_HZ

RELAY_SILENT_S = 10.0
"""After this much speech on the floor without a word of the relay, the floor is heard."""
RETURNS_S = 0.6
"""The relay is heard again once it has spoken for this long within `RETURN_WINDOW_S`."""
RETURN_WINDOW_S = 1.2


class RelayChoice:
    """Prefers the relay, and remembers since when that is silent.

    Args:
        begins_at: event-clock position of the first block.

    Attributes:
        on_floor: whether the floor is heard now.
    """

    def __init__(self, begins_at: int) -> None:
        self.on_floor = False
        self._floor_only = False
        self._relay_quiet_from = begins_at

    def choose(
        self, end: int, relay: SpeechTimes, floor: SpeechTimes, *, floor_only: bool
    ) -> int | None:
        """Decide about the block that ends at `end`, after both sounds were given that far.

        Args:
            end: event-clock position.
            relay: where the relay holds speech.
            floor: where the floor does.
            floor_only: whether the floor must be heard, because it speaks the booth's language.

        Returns:
            The position from which the other sound is heard, if it changes. That is earlier than
            the block where the first sound was silent although somebody spoke, so that nothing
            said in that time is lost. None if nothing changes.
        """
        if floor_only != self._floor_only:
            changes = self.on_floor != floor_only
            self._floor_only = self.on_floor = floor_only
            self._relay_quiet_from = end
            return end if changes else None
        if floor_only:
            return None
        if self.on_floor:
            return self._return_to_relay(end, relay)
        spoken = relay.last_spoken(self._relay_quiet_from, end)
        if spoken is not None:
            self._relay_quiet_from = spoken
        if floor.spoken_s(self._relay_quiet_from, end) < RELAY_SILENT_S:
            return None
        self.on_floor = True
        return self._relay_quiet_from

    def _return_to_relay(self, end: int, relay: SpeechTimes) -> int | None:
        window_from = end - int(RETURN_WINDOW_S * CLOCK_HZ)
        if relay.spoken_s(window_from, end) < RETURNS_S:
            return None
        self.on_floor = False
        self._relay_quiet_from = end
        return window_from
