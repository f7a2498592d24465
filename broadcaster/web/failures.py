"""Describes a failure of ours for the log, without what it quotes of the request."""

import traceback


def trace_of(failure: BaseException) -> str:
    """Where a failure happened, and what led to it: a traceback without messages.

    The message of an exception often quotes the value it is about, and that may be a key.
    """
    parts: list[str] = []
    cause: BaseException | None = failure
    while cause is not None:
        frames = "".join(traceback.format_tb(cause.__traceback__))
        parts.append(f"{frames}{type(cause).__module__}.{type(cause).__qualname__}")
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return "\nled to\n".join(reversed(parts))
