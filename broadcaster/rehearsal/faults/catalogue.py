"""The faults this server knows: what goes wrong, when, and in which sessions.

Two clocks are used. When a fault is triggered, and how long it lasts, is counted in seconds of
sound that the session received, so a fault hits the same word however fast a test plays. Waits
(`stall`, `slow_accept`, `late_closed`) are real seconds, because the client measures them on its
own clock.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from broadcaster.rehearsal.wire.validation import (
    Invalid,
    fields,
    number,
    one_of,
    optional,
    tag,
)

_DAY_S = 86_400.0
_LONGEST_WAIT_S = 60.0
ENDPOINTS = ("translation", "conversation", "transcription")


class Moment(Enum):
    """When a fault can be triggered."""

    HANDSHAKE = auto()
    ACCEPT = auto()
    """`session.created` or `session.updated` is about to be sent."""
    SOUND = auto()
    """Sound arrived. A fault of this moment lasts."""
    MIDDLE = auto()
    """Sound arrived, or a response is half sent. A fault of this moment interrupts the session."""
    QUIET = auto()
    """The sound of the last seconds was quiet, or nothing was recognised in a recording."""
    RESPONSE = auto()
    COMMIT = auto()
    CLOSE = auto()


MOMENTS = {
    "refuse_rate_limit": Moment.HANDSHAKE,
    "refuse_key": Moment.HANDSHAKE,
    "refuse_quota": Moment.HANDSHAKE,
    "refuse_overloaded": Moment.HANDSHAKE,
    "slow_accept": Moment.ACCEPT,
    "drop": Moment.MIDDLE,
    "expire": Moment.MIDDLE,
    "stall": Moment.MIDDLE,
    "garbage": Moment.MIDDLE,
    "unknown_events": Moment.MIDDLE,
    "mute": Moment.SOUND,
    "deaf": Moment.SOUND,
    "wrong_language": Moment.SOUND,
    "duplicate_deltas": Moment.SOUND,
    "whole_utterances": Moment.SOUND,
    "long_voice": Moment.SOUND,
    "invent": Moment.QUIET,
    "fail_response": Moment.RESPONSE,
    "incomplete_response": Moment.RESPONSE,
    "cancel_response": Moment.RESPONSE,
    "inference_rate_limit_exceeded": Moment.RESPONSE,
    "fail_transcription": Moment.COMMIT,
    "late_closed": Moment.CLOSE,
    "no_closed": Moment.CLOSE,
}
"""When each fault is triggered, by its name."""
_USUAL_WAITS_S = {"stall": 5.0, "slow_accept": 3.0, "late_closed": 10.0}

_SHAPE = fields(
    {"name": one_of(*MOMENTS)},
    {
        "at_s": number(0.0, _DAY_S),
        "for_s": optional(number(0.0, _DAY_S)),
        "endpoint": optional(one_of(*ENDPOINTS)),
        "language": optional(tag),
        "nth": optional(number(1, 1_000_000, whole=True)),
        "times": optional(number(1, 1_000_000, whole=True)),
        "every_s": optional(number(0.1, _DAY_S)),
        "retry_after_s": number(0, 3_600, whole=True),
        "factor": number(0.5, 1.8),
        "speaks": optional(tag),
    },
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    Attributes:
        name: one of `MOMENTS`.
        at_s: seconds of sound a session has received before it is triggered; 0 is at once.
        for_s: how long the fault lasts, in seconds of sound; None lasts to the session's end. In
            real seconds for `stall`, `slow_accept` and `late_closed`.
        endpoint: only in sessions of this endpoint; None means all.
        language: only in sessions that asked for this language; None means all. A handshake
            has no language yet.
        nth: only in this one of the matching sessions, counted from 1 in the order in which
            it could first have been triggered in them.
        times: how often at most; None sets no limit.
        every_s: again in the same session after this many seconds of sound; None means once.
        retry_after_s: the `Retry-After` of `refuse_rate_limit` and `refuse_overloaded`, seconds.
        factor: how long `long_voice` speaks, as a multiple of the speaker's time.
        speaks: the language `wrong_language` speaks; None takes another language of the talk.
    """

    name: str
    at_s: float = 0.0
    for_s: float | None = None
    endpoint: str | None = None
    language: str | None = None
    nth: int | None = None
    times: int | None = 1
    every_s: float | None = None
    retry_after_s: int = 2
    factor: float = 1.3
    speaks: str | None = None

    @classmethod
    def from_json(cls, value: Any) -> "Fault":
        """A fault as the control API and fault files write it.

        Raises:
            Invalid: not a valid fault.
        """
        fault = cls(**_SHAPE(value, ""))
        if fault.wait_s > _LONGEST_WAIT_S:
            message = f"'{fault.name}' waits at most {_LONGEST_WAIT_S:g} s."
            raise Invalid("invalid_value", message, "for_s")
        handshake = MOMENTS[fault.name] is Moment.HANDSHAKE
        if handshake and (fault.language is not None or fault.at_s):
            message = f"'{fault.name}' is triggered before a session has a language or sound."
            param = "at_s" if fault.language is None else "language"
            raise Invalid("invalid_value", message, param)
        return fault

    @classmethod
    def from_text(cls, text: str) -> "Fault":
        """A fault as the command line writes it: `NAME[@seconds][:language]`.

        Raises:
            Invalid: not a valid fault.
        """
        rest, _, language = text.partition(":")
        name, _, at = rest.partition("@")
        try:
            at_s = float(at) if at else 0.0
        except ValueError:
            raise Invalid("invalid_value", f"{at!r} is not a number of seconds.", "at_s") from None
        return cls.from_json({"name": name, "at_s": at_s, "language": language or None})

    @classmethod
    def list_from_json(cls, value: Any) -> "list[Fault]":
        """One fault or a list of faults.

        Raises:
            Invalid: one of them is not a valid fault.
        """
        return [cls.from_json(one) for one in (value if isinstance(value, list) else [value])]

    @property
    def wait_s(self) -> float:
        """The wait that the fault causes for the client, in real seconds; 0 for none."""
        usual_s = _USUAL_WAITS_S.get(self.name, 0.0)
        return usual_s if self.for_s is None or not usual_s else self.for_s
