"""Maps a publisher's RTP time to the event clock."""

from broadcaster.model.audio import CLOCK_HZ

_RTP_HZ = 48_000
"""RTP clock of Opus, whatever was encoded (RFC 7587 §4.1)."""


class Timeline:
    """Places one publisher's samples.

    Positions follow the publisher's own sample clock, so its pieces join without gaps. A late piece
    is not dropped: all later positions move with it, and positions never run backwards.

    Args:
        start: event-clock sample of the first piece.
    """

    def __init__(self, start: int) -> None:
        self._start = start
        self._first_rtp: int | None = None

    def place(self, rtp_time: int, not_before: int) -> int:
        """Event-clock position of a piece.

        Args:
            rtp_time: its RTP time at 48 kHz, extended so that it does not wrap.
            not_before: the first position that is still free.
        """
        if self._first_rtp is None:
            self._first_rtp = rtp_time
        position = self._start + (rtp_time - self._first_rtp) * CLOCK_HZ // _RTP_HZ
        if position < not_before:
            self._start += not_before - position
            return not_before
        return position
