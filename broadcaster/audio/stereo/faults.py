"""Names of what can be wrong with the cable of a stereo input."""

from dataclasses import dataclass
from enum import StrEnum

from broadcaster.model.inputs.stereo_input import StereoInput


class StereoFault(StrEnum):
    """A fault of a stereo input; the values are stable ids."""

    NONE = ""
    CHANNEL_INVERTED = "channel_inverted"
    """Both carry the same, one of them inverted, so that their sum is silent."""
    ONE_CHANNEL_SILENT = "one_channel_silent"
    ONE_CHANNEL_HUMS = "one_channel_hums"
    """One carries hum or noise and the other one speech, or the same speech far cleaner."""
    CHANNELS_DIFFER = "channels_differ"
    """Each carries its own speech, such as two languages or two speakers."""


@dataclass(frozen=True, slots=True)
class StereoReport:
    """The state of a stereo input.

    Attributes:
        fault: what is wrong.
        faulty: `LEFT` or `RIGHT` if it is one of them; None otherwise.
        taken: what is heard at present: `LEFT`, `RIGHT` or `BOTH`.
    """

    fault: StereoFault = StereoFault.NONE
    faulty: StereoInput | None = None
    taken: StereoInput = StereoInput.BOTH
