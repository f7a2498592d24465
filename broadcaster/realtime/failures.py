"""The one place that decides what a failure of a Realtime session means.

Every function turns one kind of evidence (an HTTP answer, an error event, a close frame) into an
`InterpreterFailed`, which says whether a new session can help, how long to wait and what the
organizer can do. Codes and statuses are those of `codes`. Close codes have no documented table, so
after a drop another session is opened unless the reason names a code that rules it out.

Text of the server reaches a message only when it refuses the configuration, or as the reason of a
close frame. When it refuses, no sound was sent, so the text cannot hold spoken words. The reason of
a close is a short technical text of the server or a proxy. Anything like a key is masked.
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
    CLOSE_CODES,
    FATAL,
    NO_KEY,
    REFUSED_STATUS,
    SESSION_ENDING,
    STATUS_AS_CODE,
    TRANSIENT,
    URL_HINT,
    WRONG_KEY,
    Advice,
)

MAX_RETRY_AFTER_S = 600.0
"""The longest wait a server can ask of a booth."""
_MAX_SERVER_TEXT = 200
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{1,63}")
_KEY_LIKE = re.compile(r"(?:sk-|ek_)[\w*.-]+|\b[A-Za-z0-9]{32,}\b")
_TRANSIENT_STATUS = frozenset({408, 409, 425, 429})
_PAYMENT_REQUIRED = 402
_NEEDS_KEY = frozenset({401, 403})
_MAY_MEAN_THE_KEY = frozenset({400, 401, 403, 404})
_INVALID_KEY = "invalid_api_key"
_NUMBER = re.compile(r"\d+(?:\.\d*)?", re.ASCII)
_KEY_WORDS = r"(?:api[ _-]?key|bearer|authentication|authorization|credentials)"
_ASKS = r"(?:missing|no|not provide|n't provide|provide an?|requires?|must include)"
_ASKS_FOR_KEY = re.compile(
    rf"\b{_ASKS}\b.{{0,30}}{_KEY_WORDS}"
    rf"|{_KEY_WORDS}.{{0,30}}\b(?:missing|required|not (?:provided|found|set|given))\b",
    re.IGNORECASE,
)
_REFUSES_KEY = re.compile(
    r"\b(?:incorrect|invalid|wrong|expired|revoked|unknown)\b.{0,20}\bapi[ _-]?key"
    r"|\bapi[ _-]?key.{0,30}\b(?:incorrect|invalid|wrong|expired|revoked|not valid)\b",
    re.IGNORECASE,
)
_LONGEST_SEARCHED = 500


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
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: datetime,
    has_key: bool = True,
) -> InterpreterFailed:
    """Explain an HTTP answer other than `101 Switching Protocols`.

    Args:
        status: HTTP status.
        headers: response headers, case-insensitive.
        body: as much of the body as was read; JSON with an `error` object from most servers.
        now: the time `Retry-After` is compared with when it is a date.
        has_key: whether an API key was sent.
    """
    error = _error_object(body)
    if not has_key and status in _NEEDS_KEY:
        return _failed(_INVALID_KEY, NO_KEY, retryable=False)
    if final := _final(error, reads_text=status in _MAY_MEAN_THE_KEY):
        return final
    known = _known(error)
    if status != _PAYMENT_REQUIRED and (known or status in _TRANSIENT_STATUS or status >= 500):  # noqa: PLR2004
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
            retry_after_s=asked_wait_s(headers, now),
        )
    own_code, advice = REFUSED_STATUS.get(status) or (
        f"http_{status}",
        Advice(f"The interpreter server answered HTTP {status} instead of a session.", URL_HINT),
    )
    code = own_code if known else _code(error.get("code")) or own_code
    if own_code in STATUS_AS_CODE.values():
        return _failed(code, advice, retryable=False)
    return _failed(code, _quoting(advice, error.get("message")), retryable=False)


def from_error_event(error: Mapping[str, object], *, configuring: bool) -> InterpreterFailed:
    """Explain the `error` object of an error event.

    Args:
        error: `{type, code?, message, param?}`, not trusted.
        configuring: no sound was sent yet, so the error concerns the connection or its settings.
    """
    if final := _final(error, reads_text=configuring):
        return final
    if known := _known(error):
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
        reason: the close frame's text. Codes are looked for in it; without any it is shown.
    """
    named = re.findall(r"[a-z_]+", reason.lower())
    if "maximum duration" in reason.lower():
        named.append("session_expired")
    if not reason.strip() and code in CLOSE_CODES:
        named.append(CLOSE_CODES[code])
    for table, retryable in ((FATAL, False), (TRANSIENT, True)):
        for name in named:
            if name in table:
                return _failed(name, table[name], retryable=retryable)
    if about_the_key := _about_the_key(reason):
        return _failed(_INVALID_KEY, about_the_key, retryable=False)
    how = f"with close code {code}" if code else "without a close frame"
    advice = Advice(
        f"The connection to the interpreter server ended {how}.", "The booth opens a new session."
    )
    return _failed("session_dropped", _quoting(advice, reason), retryable=True)


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


def not_offered(code: str, what: str) -> InterpreterFailed:
    """The provider has no sessions of this kind, for example `captions of the original`."""
    advice = Advice(
        f"The provider does not offer {what}.",
        "Turn it off for this event, or choose another provider in the settings.",
    )
    return _failed(code, advice, retryable=False)


def asked_wait_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that a server asks to wait: `retry-after-ms` if it can be read, else `Retry-After`.

    Args:
        headers: of the answer, names in any case.
        now: the time a date is compared with.

    Returns:
        0 to `MAX_RETRY_AFTER_S`, or None when neither can be read.
    """
    values = {name.lower(): value for name, value in headers.items()}
    milliseconds = values.get("retry-after-ms", "").strip()
    if _NUMBER.fullmatch(milliseconds):
        return min(float(milliseconds) / 1000, MAX_RETRY_AFTER_S)
    return retry_after_s(values.get("retry-after", ""), now)


def retry_after_s(value: str, now: datetime) -> float | None:
    """Seconds to wait from a `Retry-After` header (RFC 9110 section 10.2.3).

    Returns:
        0 to `MAX_RETRY_AFTER_S`, or None when the value is neither seconds nor a date.
    """
    if _NUMBER.fullmatch(value.strip()):
        seconds = float(value)
    else:
        try:
            at = parsedate_to_datetime(value)
            seconds = (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()
        except (ValueError, OverflowError):
            return None
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
        for status, code in STATUS_AS_CODE.items():
            if value in (status, str(status)):
                return code
    return ""


def _final(error: Mapping[str, object], *, reads_text: bool) -> InterpreterFailed | None:
    """The failure when an error says that no other session can succeed, else None.

    Args:
        error: not trusted.
        reads_text: whether its text counts too, if it is about the API key.
    """
    known = _known(error)
    if known in FATAL:
        return _failed(known, FATAL[known], retryable=False)
    advice = _about_the_key(error.get("message")) if reads_text else None
    return _failed(_INVALID_KEY, advice, retryable=False) if advice else None


def _about_the_key(text: object) -> Advice | None:
    """The advice when a text asks for an API key or refuses the one that was sent."""
    searched = text[:_LONGEST_SEARCHED] if isinstance(text, str) else ""
    if _REFUSES_KEY.search(searched):
        return WRONG_KEY
    return NO_KEY if _ASKS_FOR_KEY.search(searched) else None


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
