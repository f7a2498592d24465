"""The one place that decides what a failure of a Realtime session means.

Every function turns one kind of evidence (an HTTP answer, an error event, a close frame) into an
`InterpreterFailed`, which says whether a new session can help, how long to wait and what the
organizer can do. Codes and statuses are those of `codes`. Close codes have no documented table, so
after a drop another session is opened unless the reason names a code that rules it out.

Text of the server reaches a message only when it refuses the configuration. No sound was sent then,
so the text cannot hold spoken words; anything that looks like a key is masked.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from broadcaster.errors import InterpreterFailed
from broadcaster.realtime.codes import (
    BUSY,
    FATAL,
    REFUSED_STATUS,
    SESSION_ENDING,
    TRANSIENT,
    URL_HINT,
    Advice,
)

MAX_RETRY_AFTER_S = 600.0
"""The longest wait a server can ask of a booth."""
_MAX_SERVER_TEXT = 200
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{1,63}")
_KEY_LIKE = re.compile(r"(?:sk-|ek_)[\w*.-]+|\b[A-Za-z0-9]{32,}\b")
_TRANSIENT_STATUS = frozenset({408, 409, 425, 429})


class ResponseFailure(NamedTuple):
    """The reason why one response of a conversation was not completed.

    Attributes:
        reason: stable identifier.
        rate_limited: asking again helps, but only after a pause.
        ends_session: set when no other response of this session can succeed either.
    """

    reason: str
    rate_limited: bool
    ends_session: InterpreterFailed | None


def from_handshake(
    status: int, headers: Mapping[str, str], body: bytes, *, now: datetime
) -> InterpreterFailed:
    """Explain an HTTP answer other than `101 Switching Protocols`.

    Args:
        status: HTTP status.
        headers: response headers, case-insensitive.
        body: as much of the body as was read; JSON with an `error` object from most servers.
        now: the time `Retry-After` is compared with when it is a date.
    """
    error = _error_object(body)
    known = _known(error)
    if known in FATAL:
        return _failed(known, FATAL[known], retryable=False)
    if known or status in _TRANSIENT_STATUS or status >= 500:  # noqa: PLR2004
        fallback = "rate_limit_exceeded" if status == 429 else f"http_{status}"  # noqa: PLR2004
        code = known or _code(error.get("code")) or fallback
        advice = TRANSIENT.get(code) or Advice(
            f"The interpreter server is unavailable (HTTP {status}).",
            "The booth tries again automatically.",
        )
        return _failed(
            code,
            advice,
            retryable=True,
            retry_after_s=retry_after_s(headers.get("Retry-After", ""), now),
        )
    own_code, advice = REFUSED_STATUS.get(status) or (
        f"http_{status}",
        Advice(f"The interpreter server answered HTTP {status} instead of a session.", URL_HINT),
    )
    code = _code(error.get("code")) or own_code
    if own_code == "invalid_api_key":
        return _failed(code, advice, retryable=False)
    return _failed(code, _quoting(advice, error.get("message")), retryable=False)


def from_error_event(error: Mapping[str, object], *, configuring: bool) -> InterpreterFailed:
    """Explain the `error` object of an error event.

    Args:
        error: `{type, code?, message, param?}`, not trusted.
        configuring: no sound was sent yet, so the error concerns the connection or its settings.
    """
    known = _known(error)
    if known in FATAL:
        return _failed(known, FATAL[known], retryable=False)
    if known:
        return _failed(known, TRANSIENT[known], retryable=True)
    code = _code(error.get("code")) or _code(error.get("type")) or "server_error"
    if configuring and error.get("type") == "invalid_request_error":
        about = f"{error.get('param') or ''} {error.get('message') or ''}".lower()
        if code == "invalid_value" and "language" in about and "transcription" in about:
            advice = Advice(
                "The transcription model does not know one of the source languages.",
                "Remove the language from the source languages or leave them empty.",
            )
            return _failed("unsupported_source_language", advice, retryable=False)
        if code == "invalid_value" and "language" in about:
            advice = Advice(
                "The interpreter server does not interpret into this language.",
                "Remove the language or choose one the server supports.",
            )
            return _failed("unsupported_language", advice, retryable=False)
        advice = Advice("The interpreter server refuses the session's settings.", URL_HINT)
        return _failed(code, _quoting(advice, error.get("message")), retryable=False)
    advice = Advice(
        "The interpreter server reported an error.", "The booth tries again automatically."
    )
    return _failed(code, advice, retryable=True)


def from_response(status: str, details: Mapping[str, object]) -> ResponseFailure:
    """Explain a response that is not `completed`.

    Args:
        status: `cancelled`, `incomplete` or `failed`.
        details: its `status_details`, `{type, reason?, error?}`, not trusted.
    """
    given = details.get("error")
    error = given if isinstance(given, dict) else {}
    codes = (error.get("code"), error.get("type"), details.get("reason"), f"response_{status}")
    reason = _known(error) or next(filter(None, map(_code, codes)), "response_failed")
    ends = from_error_event(error, configuring=False) if reason in SESSION_ENDING else None
    return ResponseFailure(reason, reason in BUSY, ends)


def from_close(code: int | None, reason: str = "") -> InterpreterFailed:
    """Explain the end of the socket.

    Args:
        code: the close frame's code (RFC 6455 section 7.4), None when there was no close frame.
        reason: the close frame's text; only known codes are looked for in it.
    """
    named = re.findall(r"[a-z_]+", reason.lower())
    if "maximum duration" in reason.lower():
        named.append("session_expired")
    for table, retryable in ((FATAL, False), (TRANSIENT, True)):
        for name in named:
            if name in table:
                return _failed(name, table[name], retryable=retryable)
    how = "without a close frame" if code is None else f"with close code {code}"
    advice = Advice(
        f"The connection to the interpreter server ended {how}.", "The booth opens a new session."
    )
    return _failed("session_dropped", advice, retryable=True)


def update_unconfirmed(purpose: str) -> InterpreterFailed:
    """The server did not confirm our settings, for example `the language de`, in time."""
    advice = Advice(
        f"The interpreter server did not confirm {purpose}.",
        "The booth tries again automatically.",
    )
    return _failed("update_unconfirmed", advice, retryable=True)


def server_silent(seconds: float) -> InterpreterFailed:
    """Sound was sent for `seconds` and no event came back."""
    advice = Advice(
        f"The interpreter server has been silent for {seconds:g} s.",
        "The booth opens a new session.",
    )
    return _failed("server_silent", advice, retryable=True)


def closed_unasked() -> InterpreterFailed:
    """The server closed a session that we had not asked it to close."""
    advice = Advice("The interpreter server closed the session.", "The booth opens a new session.")
    return _failed("session_closed", advice, retryable=True)


def retry_after_s(value: str, now: datetime) -> float | None:
    """Seconds to wait from a `Retry-After` header (RFC 9110 section 10.2.3).

    Returns:
        0 to `MAX_RETRY_AFTER_S`, or None when the value is neither seconds nor a date.
    """
    if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", value.strip()):
        seconds = float(value)
    else:
        try:
            at = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_S)


def _failed(
    code: str, advice: Advice, *, retryable: bool, retry_after_s: float | None = None
) -> InterpreterFailed:
    return InterpreterFailed(
        code,
        advice.message,
        retryable=retryable,
        retry_after_s=retry_after_s,
        hint=advice.hint,
    )


def _error_object(body: bytes) -> Mapping[str, object]:
    """The `error` object of a JSON body, or the body itself, or nothing."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(parsed, dict):
        return {}
    error = parsed.get("error", parsed)
    return error if isinstance(error, dict) else {}


def _known(error: Mapping[str, object]) -> str:
    """The code or type of an error if a table has it, else an empty string."""
    for value in (error.get("code"), error.get("type")):
        if isinstance(value, str) and (value in FATAL or value in TRANSIENT):
            return value
    return ""


def _code(value: object) -> str:
    """A server's code if it can be an identifier, else an empty string."""
    safe = isinstance(value, str) and _CODE.fullmatch(value) and not _KEY_LIKE.search(value)
    return str(value) if safe else ""


def _quoting(advice: Advice, text: object) -> Advice:
    """The advice with the server's explanation: one line, masked, trimmed."""
    if not isinstance(text, str):
        return advice
    line = "".join(char for char in " ".join(text.split()) if char.isprintable())
    masked = _KEY_LIKE.sub("…", line)[:_MAX_SERVER_TEXT]
    return advice._replace(message=f"{advice.message} It says: “{masked}”") if masked else advice
