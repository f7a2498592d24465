"""The state of the channels of a rack: a line for people, JSON for programs."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class RackChannelStatus:
    """One channel.

    Attributes:
        channel: its id.
        outputs: where it is played.
        state: of its connection: `connecting`, `connected` or `waiting`.
        playing: whether its sound is played; silence if not.
        buffer_ms: sound that is held back now.
        drift_ppm: how much faster the server's clock is than that of the output, in millionths.
        level_dbfs: RMS since the line before.
        underruns: how often its sound ended because nothing more came.
        reconnects: how often the connection was made again.
    """

    channel: str
    outputs: tuple[int, ...]
    state: str
    playing: bool
    buffer_ms: float
    drift_ppm: float
    level_dbfs: float
    underruns: int
    reconnects: int

    def to_text(self) -> str:
        """A few words."""
        if not self.playing:
            return f"{self.channel} silent ({self.state})"
        return f"{self.channel} {self.level_dbfs:.0f} dBFS {self.buffer_ms:.0f} ms"


@dataclass(frozen=True, slots=True)
class RackStatus:
    """All channels."""

    channels: tuple[RackChannelStatus, ...]

    def to_json(self, **more: object) -> dict[str, object]:
        """The fields, with the time and `more` of this line."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        return {"time": now, "channels": [asdict(one) for one in self.channels], **more}

    def to_line(self) -> str:
        """One line for a terminal."""
        return "  |  ".join(one.to_text() for one in self.channels)
