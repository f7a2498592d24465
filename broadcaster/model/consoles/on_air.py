"""The record of the human interpreter who should be heard on a channel.

The record says who *should* be heard. The channel's booth decides who *is* heard: it may go on with
the AI because the interpreter's connection is lost. `BoothStatus` says that.
"""

from dataclasses import dataclass, replace

from broadcaster.model.records.json_form import JsonForm


@dataclass(frozen=True, slots=True)
class OnAir(JsonForm):
    """The turn on one channel. Every change makes a new one.

    Attributes:
        interpreter: token id of the human interpreter on air; empty if the AI has the channel.
        name: of that interpreter, as their token says.
        since_ms: Unix time at which the turn began; 0 before the first one.
        muted: whether the microphone on air is muted; the channel is silent then.
        requested_by: token id of a partner who asks for the channel; empty for none.
        handover_to: token id of the partner who gets the channel when the countdown ends.
        handover_at_ms: Unix time at which the countdown ends; 0 without one.
    """

    interpreter: str = ""
    name: str = ""
    since_ms: int = 0
    muted: bool = False
    requested_by: str = ""
    handover_to: str = ""
    handover_at_ms: int = 0

    @property
    def human(self) -> bool:
        """Whether a human interpreter has the channel."""
        return bool(self.interpreter)

    def taken_by(self, interpreter: str, name: str, now_ms: int) -> "OnAir":
        """A human interpreter takes the channel at once. One who has it already keeps the turn."""
        if self.interpreter == interpreter:
            return replace(self, name=name, requested_by="", handover_to="", handover_at_ms=0)
        return OnAir(interpreter, name, now_ms)

    def released(self, now_ms: int) -> "OnAir":
        """The AI gets the channel back."""
        return OnAir(since_ms=now_ms) if self.human else self

    def with_mute(self, *, muted: bool) -> "OnAir":
        """The microphone on air is muted or opened; without a human on air nothing changes."""
        return replace(self, muted=muted and self.human)

    def requested(self, interpreter: str) -> "OnAir":
        """A partner asks for the channel. The interpreter on air has no need to ask."""
        return self if interpreter == self.interpreter else replace(self, requested_by=interpreter)

    def request_withdrawn(self) -> "OnAir":
        """Nobody asks for the channel any more."""
        return replace(self, requested_by="")

    def handing_over(self, interpreter: str, at_ms: int) -> "OnAir":
        """A countdown begins, at the end of which a partner takes the channel.

        Args:
            interpreter: the partner's token id.
            at_ms: Unix time at which it ends.
        """
        if interpreter == self.interpreter:
            return self
        return replace(self, requested_by="", handover_to=interpreter, handover_at_ms=at_ms)

    def handover_cancelled(self) -> "OnAir":
        """The countdown is stopped; the turn goes on."""
        return replace(self, handover_to="", handover_at_ms=0)

    def handover_due(self, now_ms: int) -> bool:
        """Whether a countdown has ended, so that the partner takes the channel now."""
        return bool(self.handover_to) and now_ms >= self.handover_at_ms
