"""Measures of a microphone by the floor, and the names of its faults."""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Self


class MicrophoneFault(StrEnum):
    """A fault of the sound that arrives; the values are stable ids."""

    NO_SIGNAL = "no_signal"
    """Digital silence: a muted or unplugged microphone. An open one is never this quiet."""
    SILENT = "silent"
    """Something arrives, but it is far below any speech."""
    TOO_QUIET = "too_quiet"
    CLIPPING = "clipping"
    HUM = "hum"
    """Mains hum, 50 or 60 Hz with harmonics."""
    NOISY = "noisy"
    """The pauses of the speech are nearly as loud as the speech."""
    NARROW_BAND = "narrow_band"
    """Speech without anything above 4 kHz, as a telephone sends it."""
    TONE = "tone"
    """Nothing but one steady tone."""
    STEADY_NOISE = "steady_noise"
    """Sound whose level does not vary at all, for many seconds."""


@dataclass(frozen=True, slots=True)
class MicrophoneReport:
    """The microphone's sound over the last seconds.

    Attributes:
        measured_s: seconds of sound that it is based on, 0 to 20; the next speaker begins at 0.
        noise_dbfs: RMS of its quietest moments, -100 for digital silence.
        speech_dbfs: RMS of its loudest moments.
        clipped: seconds of the last ten in which samples were at full scale or cut off.
        hum_hz: 50 or 60 while there is mains hum, 0 otherwise.
        hum_dbfs: RMS of the hum, -100 without one.
        bandwidth_hz: highest frequency that varies with the speech; 0 until somebody has spoken.
        tone_hz: frequency of a sound that is nothing but a tone, 0 otherwise.
        faults: what is wrong, the worst first.
    """

    measured_s: int = 0
    noise_dbfs: float = -100.0
    speech_dbfs: float = -100.0
    clipped: int = 0
    hum_hz: int = 0
    hum_dbfs: float = -100.0
    bandwidth_hz: int = 0
    tone_hz: int = 0
    faults: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Self:
        """Parse what `dataclasses.asdict` of any version made; unknown fields are ignored.

        Raises:
            TypeError: it has not this form.
        """
        names = {one.name for one in fields(cls)}
        known = {name: value for name, value in raw.items() if name in names}
        return cls(**known | {"faults": tuple(map(str, known.get("faults", ())))})
