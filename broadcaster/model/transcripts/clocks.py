"""The clocks on which a transcript can have its times."""

from enum import StrEnum

from broadcaster.errors import DomainError


class TranscriptClock(StrEnum):
    """Whose time the captions of an interpretation have; those of the floor have the same on both.

    Attributes:
        HEARD: when listeners of the channel hear the words.
        ORIGINAL: when the speaker says the same.
    """

    HEARD = "heard"
    ORIGINAL = "original"

    @classmethod
    def parse(cls, text: str) -> "TranscriptClock":
        """The clock that `?clock=` names; `HEARD` if it is empty.

        Raises:
            WrongClock: it names none.
        """
        try:
            return cls(text or cls.HEARD)
        except ValueError:
            raise WrongClock from None


class WrongClock(DomainError):
    """A transcript was asked for on a clock that it cannot have."""

    def __init__(self) -> None:
        super().__init__(
            "wrong_clock",
            "clock is neither heard nor original",
            "Ask with clock=heard for the times at which listeners hear the words, or with "
            "clock=original for those of the speaker.",
        )


class NoOriginalCaptions(DomainError):
    """Nothing tells when the speaker said what an interpretation says."""

    def __init__(self) -> None:
        super().__init__(
            "no_original_captions",
            "the event has no captions of the original, so its times are not known",
            "Ask with clock=heard. Captions of the original are an option of the event.",
        )
