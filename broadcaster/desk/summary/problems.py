"""Reasons why a summary could not be made, and what to do about them."""

from collections.abc import Mapping
from enum import StrEnum


class SummaryProblem(StrEnum):
    """A reason, as the record has it."""

    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    BUSY = "busy"
    REFUSED_KEY = "refused_key"
    WRONG_ADDRESS = "wrong_address"
    REFUSED_TEXT = "refused_text"
    BAD_ANSWER = "bad_answer"
    NO_TEXT = "no_text"
    TRANSCRIPT_TOO_LONG = "transcript_too_long"


WORTH_TRYING = frozenset(
    {SummaryProblem.UNREACHABLE, SummaryProblem.TIMED_OUT, SummaryProblem.BUSY}
)
"""Reasons that may go by themselves."""
SENTENCES: Mapping[SummaryProblem, str] = {
    SummaryProblem.UNREACHABLE: (
        "The service cannot be reached. Check BROADCASTER_SUMMARY_URL and the network, and ask for "
        "the summary again."
    ),
    SummaryProblem.TIMED_OUT: "The service took too long. Ask for the summary again.",
    SummaryProblem.BUSY: (
        "The service is busy or out of credit. Ask for the summary again in some minutes."
    ),
    SummaryProblem.REFUSED_KEY: "The service refuses the key. Set BROADCASTER_SUMMARY_KEY.",
    SummaryProblem.WRONG_ADDRESS: (
        "The service does not know the address or the model. Check BROADCASTER_SUMMARY_URL and "
        "BROADCASTER_SUMMARY_MODEL."
    ),
    SummaryProblem.REFUSED_TEXT: (
        "The service refuses the request. The transcript may be too long for the model: choose one "
        "that reads more."
    ),
    SummaryProblem.BAD_ANSWER: (
        "The service answered with something that is no chat completion. Check "
        "BROADCASTER_SUMMARY_URL."
    ),
    SummaryProblem.NO_TEXT: "Nothing was said on the channel. Choose another one.",
    SummaryProblem.TRANSCRIPT_TOO_LONG: (
        "The transcript has more than a million characters, which no service takes."
    ),
}


class SummaryFailed(Exception):
    """A summary could not be made.

    Args:
        problem: why.
        after_s: how long the service wants to be left alone.
    """

    def __init__(self, problem: SummaryProblem, after_s: float = 0.0) -> None:
        super().__init__(problem)
        self.problem = problem
        self.after_s = after_s
