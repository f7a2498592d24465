"""Decides whether a channel carries its human interpreter or the AI: rules only, no sound.

The record on the bus names the interpreter who should be heard. This tells which of the two is
heard: the AI takes over when the interpreter's connection is lost, or when they are silent for long
while the floor speaks. It gives the channel back when the interpreter is there again.
"""

from broadcaster.model.consoles.on_air import OnAir

LOST_S = 0.5
"""After this long without a frame the interpreter's connection is lost. A muted one sends frames of
silence."""
CONNECTED_S = 0.4
"""A gap between frames that is longer than this ends a steady connection."""
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 4.0
"""After each loss the connection must be steady for twice as long before the interpreter is heard
again, up to this."""
TRUSTED_S = 30.0
"""After this long on air without a loss earlier ones are forgotten."""
FLOOR_SPEAKS_S = 2.0
"""The floor speaks if there was speech within this time."""
FLOOR_PAUSES_S = 4.0
"""After a longer silence of the floor the interpreter's silence is counted from the start."""
SPOKEN_SHARE = 0.5
"""A silent interpreter is overdue when the floor spoke in this share of their silence, or more."""
RETURN_SPEECH_S = 0.3
"""Speech by which an interpreter who was silent takes the channel back."""

BY_HAND = "by_hand"
CONNECTION_LOST = "connection_lost"
HUMAN_SILENT = "human_silent"

_LONG_AGO = float("-inf")


class HumanSwitch:
    """The choice between a human and the AI on one channel.

    All times are seconds on one clock that never runs backwards, given by the caller.

    Args:
        takeover_silence_s: silence of the interpreter while the floor speaks, after which the AI
            takes over.

    Attributes:
        human: whether the human interpreter is heard now.
        reason: why the AI has the channel, although it is the interpreter's or was so before:
            `by_hand`, `connection_lost` or `human_silent`; empty otherwise.
        on_air: the record.
    """

    def __init__(self, takeover_silence_s: float) -> None:
        self.takeover_silence_s = takeover_silence_s
        self.human = False
        self.reason = ""
        self.on_air = OnAir()
        self._last_frame = _LONG_AGO
        self._steady_since = _LONG_AGO
        self._losses = 0
        self._heard_since = _LONG_AGO
        self._spoke_at = _LONG_AGO
        self._spoken_s = 0.0
        """Speech of the interpreter since the AI took over."""
        self._floor_spoke_at = _LONG_AGO
        self._floor_began = _LONG_AGO
        self._floor_spoken_s = 0.0
        """Speech of the floor since the interpreter last spoke."""

    def set_record(self, on_air: OnAir, now: float) -> None:
        """Take the record as it is now."""
        if on_air.interpreter != self.on_air.interpreter:
            self._losses = 0
            self._forget_silence(now)
            self.reason = "" if on_air.human else BY_HAND
        self.on_air = on_air
        self.decide(now)

    def hear_frame(self, now: float) -> None:
        """Note a frame of the interpreter on air, silent or not."""
        if now - self._last_frame > CONNECTED_S:
            self._steady_since = now
        self._last_frame = now
        self.decide(now)

    def note_speech(self, now: float, seconds: float) -> None:
        """Note speech of the interpreter: these seconds of it have ended by now."""
        self._spoken_s += seconds
        self._forget_silence(now)

    def note_floor_speech(self, now: float, seconds: float) -> None:
        """Note speech of the floor: these seconds of it have ended by now."""
        if now - self._floor_spoke_at > FLOOR_PAUSES_S:
            self._floor_spoken_s = 0.0
        if not self._floor_spoken_s:
            self._floor_began = now
        self._floor_spoken_s += seconds
        self._floor_spoke_at = now

    def decide(self, now: float) -> bool:
        """Decide again, as time has passed; returns whether the interpreter is heard."""
        if self.human:
            self._leave_if_needed(now)
        elif self.on_air.human:
            self._enter_if_possible(now)
        return self.human

    def _leave_if_needed(self, now: float) -> None:
        if not self.on_air.human:
            self._to_ai(BY_HAND)
        elif now - self._last_frame >= LOST_S:
            self._losses += 1
            self._to_ai(CONNECTION_LOST)
        elif self._is_overdue(now):
            self._to_ai(HUMAN_SILENT)
        elif now - self._heard_since >= TRUSTED_S:
            self._losses = 0

    def _enter_if_possible(self, now: float) -> None:
        if now - self._last_frame >= CONNECTED_S:
            if self.reason != HUMAN_SILENT:
                self.reason = CONNECTION_LOST
            return
        wait_s = min(FIRST_WAIT_S * 2 ** (self._losses - 1), LONGEST_WAIT_S) if self._losses else 0
        if now - self._steady_since < wait_s:
            return
        if self.reason == HUMAN_SILENT and self._spoken_s < RETURN_SPEECH_S:
            return
        self.human = True
        self.reason = ""
        self._heard_since = now
        self._forget_silence(now)

    def _is_overdue(self, now: float) -> bool:
        silent_since = max(self._spoke_at, self._floor_began)
        return (
            now - silent_since >= self.takeover_silence_s
            and now - self._floor_spoke_at < FLOOR_SPEAKS_S
            and self._floor_spoken_s >= SPOKEN_SHARE * self.takeover_silence_s
        )

    def _to_ai(self, reason: str) -> None:
        self.human = False
        self.reason = reason
        self._spoken_s = 0.0

    def _forget_silence(self, now: float) -> None:
        self._spoke_at = now
        self._floor_spoken_s = 0.0
